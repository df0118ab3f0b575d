using System.CommandLine;
using System.Globalization;
using Pareidolia.Diffusion;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia samplers</c>: the samplers and noise schedules, and what other programs call them.</summary>
internal sealed class SamplersCommand
{
    public SamplersCommand(CommandIo io)
    {
        Command = new Command("samplers", "List the samplers and noise schedules, and what other programs call them.");
        Command.SetAction(_ =>
        {
            Samplers().Write(io.Out);
            io.Out.WriteLine();
            Schedules().Write(io.Out);
            return ExitCode.Done;
        });
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private static TextTable Samplers()
    {
        TextTable table = new();
        table.Add("SAMPLER", "WEB UI", "COMFYUI", "DIFFUSERS", "SCHEDULE", "ORDER", "ASKS", "NOISE");
        foreach (NamedSampler sampler in SamplerCatalog.Samplers)
            table.Add(
                sampler.Name, sampler.InWebUi ? sampler.Label : "-", sampler.InComfyUi ? "yes" : "-",
                sampler.DiffusersClass?.Replace("Scheduler", "", StringComparison.Ordinal) ?? "-", sampler.Schedule,
                sampler.Order > 0 ? sampler.Order.ToString(CultureInfo.InvariantCulture) : "-",
                sampler.Evaluations.ToString(CultureInfo.InvariantCulture), sampler.AddsNoise ? "yes" : "-");
        return table;
    }

    private static TextTable Schedules()
    {
        TextTable table = new();
        table.Add("SCHEDULE", "WEB UI", "ALSO", "SIGMAS");
        foreach (NamedSchedule schedule in SamplerCatalog.Schedules)
            table.Add(schedule.Name, schedule.Label, schedule.Aliases.Count > 0 ? string.Join(", ", schedule.Aliases) : "-", schedule.Description);
        return table;
    }
}
