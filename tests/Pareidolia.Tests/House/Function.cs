namespace Pareidolia.Tests.House;

/// <summary>A function with a body in braces: where it starts, and its lines from signature to closing brace.</summary>
internal sealed record Function(string Path, int Line, int Lines)
{
    private static readonly string[] s_typeWords = ["class ", "struct ", "interface ", "enum ", "record "];

    public override string ToString() => $"{Path}:{Line} ({Lines})";

    /// <summary>
    /// The functions of a file, found by their braces on lines of their own at the depth of a type's members, which is how the formatter
    /// lays them out.
    /// A function inside a function counts as part of it; members written with an arrow are not counted, being short.
    /// </summary>
    public static IEnumerable<Function> In(SourceFile file)
    {
        string[] lines = [.. file.Code];
        Stack<(int Header, int Depth, bool IsType)> open = new();
        for (int i = 0; i < lines.Length; i++)
        {
            int depth = lines[i].Length - lines[i].TrimStart().Length;
            if (lines[i].Trim() == "{")
            {
                int header = Header(lines, i, depth);
                open.Push((header, depth, s_typeWords.Any(word => lines[header].Contains(word, StringComparison.Ordinal))));
            }
            else if (open.Count > 0 && open.Peek().Depth == depth && lines[i].TrimStart().StartsWith('}'))
            {
                (int header, _, bool isType) = open.Pop();
                if (!isType && (open.Count == 0 || open.Peek().IsType) && lines[header].Contains('(', StringComparison.Ordinal))
                    yield return new Function(file.Path, header + 1, i - header + 1);
            }
        }
    }

    // The first line of the signature whose body opens at a line: the nearest line above with the brace's own indentation.
    private static int Header(string[] lines, int brace, int depth)
    {
        int at = brace - 1;
        while (at > 0 && (lines[at].Length == 0 || lines[at].Length - lines[at].TrimStart().Length != depth))
            at--;
        return Math.Max(at, 0);
    }
}
