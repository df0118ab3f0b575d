using System.CommandLine;
using System.Globalization;
using Pareidolia.Weights;

namespace Pareidolia.Cli;

/// <summary>What was asked for about memory.</summary>
/// <param name="Holding">How the weights are held.</param>
/// <param name="LimitBytes">What a run may take; null for what the machine has.</param>
internal sealed record MemoryRequest(WeightHolding Holding, long? LimitBytes);

/// <summary>The options of <c>pareidolia generate</c> about memory.</summary>
internal sealed class MemoryOptions
{
    private const string SizeNeeded = "a size such as 4GB, 2.5GiB or 900MB is needed";

    private static readonly (string Unit, double Bytes)[] s_units =
        [("GiB", 1L << 30), ("MiB", 1L << 20), ("GB", 1e9), ("MB", 1e6), ("G", 1L << 30), ("M", 1L << 20)];

    private readonly Option<string?> _precision = OptionOf.Text(
        "--precision", "NAME", "How weights are held: f32, f16-weights (16 bits) or int8 (8 bits and a factor for each channel). Arithmetic stays float32.");
    private readonly Option<bool> _low = OptionOf.Flag(
        "--low-memory", "Hold the weights of one stage at a time: text encoder, then UNet, then autoencoder; they are read again for each batch.");
    private readonly Option<bool> _pack = OptionOf.Flag(
        "--pack", "Keep weights beside the model in the order that they are computed with; later starts map that file, with or without this option.");
    private readonly Option<string?> _limit = OptionOf.Text(
        "--memory-limit", "SIZE", "Refuse a run that is forecast to take more, such as 4GB; else what the machine has left.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_precision, _low, _pack, _limit])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    /// <param name="bf16">Whether products are in bfloat16.</param>
    /// <param name="int8">Whether linear layers multiply in integers of 8 bits.</param>
    /// <exception cref="PareidoliaException">A value is not known.</exception>
    public MemoryRequest Read(ParseResult parsed, bool bf16, bool int8) => new(
        WeightHolding.For(bf16, int8, Precision(parsed.GetValue(_precision))) with { Staged = parsed.GetValue(_low), Packed = parsed.GetValue(_pack) },
        parsed.GetValue(_limit) is string limit ? Bytes(limit) : null);

    private static WeightPrecision Precision(string? name) => name is null ? WeightPrecision.F32
        : WeightHolding.Names.TryGetValue(name, out WeightPrecision precision) ? precision
        : throw new PareidoliaException($"--precision is '{Shown.Short(name)}'; {string.Join(", ", WeightHolding.Names.Keys)} are known.");

    private static long Bytes(string size)
    {
        foreach ((string unit, double bytes) in s_units)
            if (size.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(size[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number > 0)
                return (long)(number * bytes);
        throw new PareidoliaException($"--memory-limit is '{Shown.Short(size)}'; {SizeNeeded}.");
    }
}
