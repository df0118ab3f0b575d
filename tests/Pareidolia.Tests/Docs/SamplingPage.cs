using System.Globalization;
using Pareidolia.Diffusion;

namespace Pareidolia.Tests.Docs;

/// <summary>The tables of docs/sampling.md are those of the catalog.</summary>
public sealed class SamplingPage
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "sampling.md"));

    [Fact]
    public void Every_sampler_has_its_row() => Assert.All(SamplerCatalog.Samplers, sampler => Assert.Contains(Row(
        $"`{sampler.Name}`", sampler.InWebUi ? sampler.Label : "-", sampler.InComfyUi ? "yes" : "-",
        sampler.DiffusersClass?.Replace("Scheduler", "", StringComparison.Ordinal) ?? "-", sampler.Schedule,
        sampler.Order > 0 ? sampler.Order.ToString(CultureInfo.InvariantCulture) : "-",
        sampler.Evaluations.ToString(CultureInfo.InvariantCulture), sampler.AddsNoise ? "yes" : "-"), s_page, StringComparison.Ordinal));

    [Fact]
    public void Every_schedule_has_its_row() => Assert.All(SamplerCatalog.Schedules, schedule => Assert.Contains(Row(
        $"`{schedule.Name}`", schedule.Label, schedule.Aliases.Count > 0 ? string.Join(", ", schedule.Aliases) : "-", schedule.Description),
        s_page, StringComparison.Ordinal));

    private static string Row(params string[] cells) => $"\n| {string.Join(" | ", cells)} |\n";
}
