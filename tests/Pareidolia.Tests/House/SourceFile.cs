using System.Text.RegularExpressions;

namespace Pareidolia.Tests.House;

/// <summary>One C# file of src/, as the house guards see it: lines of text, with or without comments and literals.</summary>
internal sealed partial record SourceFile(string Path, string[] Lines)
{
    /// <summary>Every file of src/, read once.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. ReadAll("src")];

    /// <summary>The folder, as namespaces have it: src/Pareidolia/Text is Text, src/Pareidolia.Tensors/Cpu is Tensors.Cpu.</summary>
    public string Place
    {
        get
        {
            string[] parts = Path.Split('/')[1..^1];
            return string.Join('.', parts)["Pareidolia".Length..].TrimStart('.');
        }
    }

    /// <summary>The lines with comments and literals taken out: what the compiler reads as names.</summary>
    public IEnumerable<string> Code => Lines.Select(line => Comment().Replace(Literal().Replace(line, "\"\""), ""));

    /// <summary>The names of the types that the file declares.</summary>
    public IEnumerable<string> DeclaredTypes =>
        Code.Select(line => Declaration().Match(line)).Where(found => found.Success).Select(found => found.Groups["name"].Value);

    private static IEnumerable<SourceFile> ReadAll(string folder) =>
        from file in Directory.EnumerateFiles(System.IO.Path.Combine(RepositoryRoot.Path, folder), "*.cs", SearchOption.AllDirectories)
        orderby file
        let path = System.IO.Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/')
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
        select new SourceFile(path, File.ReadAllLines(file));

    [GeneratedRegex(@"'(\\.|[^'\\])'|""(\\.|[^""\\])*""")]
    private static partial Regex Literal();

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*([a-z]+ )*(class|struct|interface|enum|record( struct| class)?) (?<name>[A-Z]\w*)")]
    private static partial Regex Declaration();
}
