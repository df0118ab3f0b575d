using System.Text.RegularExpressions;

namespace Pareidolia.Tests.House;

/// <summary>The pages of docs/ say what is so: their runnable code stands in a test, and their links lead somewhere.</summary>
public sealed partial class DocPages
{
    private static readonly string s_docs = Path.Combine(RepositoryRoot.Path, "docs");

    private static readonly string s_tests = Path.Combine(RepositoryRoot.Path, "tests", "Pareidolia.Tests", "Docs");

    public static TheoryData<string> Pages => [.. Directory.GetFiles(s_docs, "*.md").Select(page => Path.GetFileName(page)).Order()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Runnable_code_stands_in_a_test(string page)
    {
        string tests = string.Join('\n', Directory.GetFiles(s_tests, "*.cs").Select(Plain));
        foreach (Match block in RunnableBlock().Matches(Read(page)))
            Assert.True(
                tests.Contains(WithoutIndent(block.Groups["code"].Value), StringComparison.Ordinal),
                $"docs/{page}: this block stands in no test of tests/Pareidolia.Tests/Docs, word for word:\n{block.Groups["code"].Value}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_lead_to_files(string page)
    {
        foreach (Match link in Link().Matches(Read(page)))
        {
            string target = link.Groups["target"].Value;
            Assert.True(Path.Exists(Path.Combine(s_docs, target)), $"docs/{page} links to '{target}', which does not exist.");
        }
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(s_docs, page)).ReplaceLineEndings("\n");

    private static string Plain(string file) => WithoutIndent(File.ReadAllText(file).ReplaceLineEndings("\n"));

    private static string WithoutIndent(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim()));

    [GeneratedRegex("^```csharp run\n(?<code>.*?)\n```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex RunnableBlock();

    // Links to places in the repository; those with a scheme lead to the outside.
    [GeneratedRegex(@"\]\((?<target>[^)#:]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
