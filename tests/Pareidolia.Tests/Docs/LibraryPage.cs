namespace Pareidolia.Tests.Docs;

/// <summary>docs/library.md shows the programs of examples/library, which a whole run of the checks runs, word by word.</summary>
public sealed class LibraryPage
{
    public static TheoryData<string> Programs => [.. Directory.GetFiles(Folder, "*.cs").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(RepositoryRoot.Path, "examples", "library");

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_page_shows_each_program(string program) => Assert.Contains(
        $"```csharp\n{File.ReadAllText(Path.Combine(Folder, program)).TrimEnd()}\n```", File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "library.md")), StringComparison.Ordinal);

    [Fact]
    public void There_are_five() => Assert.Equal(5, Directory.GetFiles(Folder, "*.cs").Length);
}
