namespace Pareidolia.Tests;

/// <summary>Where the checkout, the golden cases and the data lie.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder that holds Pareidolia.slnx.</summary>
    public static string Path { get; } = Find();

    /// <summary>Golden cases: PAREIDOLIA_GOLDEN, else ../shared/golden, else the selection in tests/golden.</summary>
    public static string Golden { get; } = FirstExisting(
        Environment.GetEnvironmentVariable("PAREIDOLIA_GOLDEN"),
        System.IO.Path.Combine(Path, "..", "shared", "golden"),
        System.IO.Path.Combine(Path, "tests", "golden"));

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Pareidolia.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside a checkout: Pareidolia.slnx was not found above them.");
    }

    private static string FirstExisting(params string?[] candidates) =>
        candidates.First(candidate => candidate is not null && Directory.Exists(candidate))!;
}
