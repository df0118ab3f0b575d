using System.Text.Json;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.House;

/// <summary>
/// A clone without the golden folder checks itself with tests/golden: small, and with a case of every kind that a test runs.
/// </summary>
public sealed class GoldenSelection
{
    private const long LargestSelection = 10_000_000;

    // Kinds whose smallest case does not fit; they run where PAREIDOLIA_GOLDEN has all cases. Their code also runs on the tiny models of tests.
    private static readonly string[] s_tooLarge = ["controlnet", "sdxl_pipeline", "sdxl_single_file", "stackgan", "vae_tiny", "vq"];

    private static readonly string s_folder = Path.Combine(RepositoryRoot.Path, "tests", "golden");

    [Fact]
    public void The_selection_has_at_most_10_MB()
    {
        long bytes = Directory.EnumerateFiles(s_folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Assert.InRange(bytes, 1, LargestSelection);
    }

    [Fact]
    public void Every_kind_that_a_test_runs_has_a_case_in_the_selection()
    {
        HashSet<string> covered = [.. Directory.GetFiles(s_folder, "case.json", SearchOption.AllDirectories).Select(KindOf)];
        string[] missing = [.. GoldenCoverageTests.TestedKinds.Where(kind => !covered.Contains(kind) && !s_tooLarge.Contains(kind)).Order(StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, $"tests/golden has no case of the kinds {string.Join(", ", missing)}, which tests run.");
    }

    private static string KindOf(string caseFile)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(caseFile));
        return document.RootElement.GetProperty("kind").GetString()!;
    }
}
