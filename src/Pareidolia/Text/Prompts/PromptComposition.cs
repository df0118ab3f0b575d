using System.Globalization;
using System.Text.RegularExpressions;

namespace Pareidolia.Text.Prompts;

/// <summary>
/// Several prompts for one picture, as the AUTOMATIC1111 web UI writes them: <c>a cat :1.2 AND a hat :0.5</c>. Each has its own prediction
/// (https://arxiv.org/abs/2206.01714); a weight stands behind the last colon, else it is 1.
/// </summary>
internal static partial class PromptComposition
{
    /// <summary>The prompts with their weights, at least one.</summary>
    public static IReadOnlyList<WeightedText> Split(string prompt) => [.. AndWord().Split(prompt).Select(Weighted)];

    /// <summary>Blanks out what stands between them, and their weights.</summary>
    public static void Blank(PromptWords words)
    {
        foreach (ValueMatch joint in Joint().EnumerateMatches(words.ToString()))
            words.Blank(joint.Index, joint.Index + joint.Length);
    }

    private static WeightedText Weighted(string prompt)
    {
        string text = prompt.TrimEnd();
        int colon = text.LastIndexOf(':');
        return colon >= 0 && Number().IsMatch(text.AsSpan(colon + 1))
            ? new WeightedText(text[..colon].TrimEnd(), double.Parse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture))
            : new WeightedText(text, 1);
    }

    [GeneratedRegex(@"\bAND\b")]
    private static partial Regex AndWord();

    [GeneratedRegex(@"^\s*[-+]?(?:[0-9]+\.?|[0-9]*\.[0-9]+)$")]
    private static partial Regex Number();

    [GeneratedRegex(@":\s*[-+]?(?:[0-9]+\.?|[0-9]*\.[0-9]+)\s*(?=\bAND\b|$)|\bAND\b")]
    private static partial Regex Joint();
}
