using System.Text.RegularExpressions;

namespace Pareidolia.Explaining;

/// <summary>What a phrase of a prompt might be taken for: its attribute swapped with another phrase's, another colour, its negation.</summary>
public static partial class Contrasts
{
    private const string Negation = "not ";

    private static readonly string[] s_colours =
        ["red", "green", "blue", "yellow", "orange", "purple", "pink", "brown", "black", "white", "grey", "gray", "golden"];

    /// <summary>Whether a text is the negation of a phrase.</summary>
    internal static bool IsNegation(string text) => text.StartsWith(Negation, StringComparison.Ordinal);

    /// <summary>Texts that say something else than a phrase.</summary>
    /// <param name="phrase">A part of a prompt, such as <c>a red apple</c>.</param>
    /// <param name="phrases">All its parts.</param>
    public static IReadOnlyList<string> Of(string phrase, IReadOnlyList<string> phrases)
    {
        ArgumentNullException.ThrowIfNull(phrase);
        ArgumentNullException.ThrowIfNull(phrases);
        List<string> contrasts = [];
        if (ColourOf(phrase) is string own)
        {
            string[] others = [.. phrases.Select(ColourOf).OfType<string>().Where(colour => colour != own).Distinct()];
            contrasts.AddRange((others.Length > 0 ? others : s_colours.Where(colour => colour != own).Take(4)).Select(colour => Recoloured(phrase, own, colour)));
        }
        contrasts.Add(Negation + phrase);
        return contrasts;
    }

    /// <summary>The colour that a text names first; null for none.</summary>
    internal static string? ColourOf(string text) =>
        Word().Matches(text).Select(word => word.Value.ToLowerInvariant()).FirstOrDefault(word => s_colours.Contains(word));

    /// <summary>A text with another colour, and the article that goes with it.</summary>
    internal static string Recoloured(string text, string from, string to)
    {
        string changed = Regex.Replace(text, $@"\b{from}\b", to, RegexOptions.IgnoreCase);
        string article = to[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "an" : "a";
        return Regex.Replace(changed, $@"\ban? {to}\b", $"{article} {to}", RegexOptions.IgnoreCase);
    }

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();
}
