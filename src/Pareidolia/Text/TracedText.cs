using System.Text;

namespace Pareidolia.Text;

/// <summary>Looks at one place of a text: how many characters to replace there (0 keeps the character) and by what.</summary>
internal delegate int RewriteRule(string text, int index, out string replacement);

/// <summary>A text that remembers, through any number of rewrites, which part of the original each of its characters came from.</summary>
internal sealed class TracedText
{
    private readonly int[] _starts;
    private readonly int[] _ends;

    private TracedText(string text, int[] starts, int[] ends)
    {
        Text = text;
        _starts = starts;
        _ends = ends;
    }

    /// <summary>The text as it stands now.</summary>
    public string Text { get; }

    public static TracedText Of(string text) =>
        new(text, Enumerable.Range(0, text.Length).ToArray(), Enumerable.Range(1, text.Length).ToArray());

    /// <summary>A text whose characters came from known places of another.</summary>
    /// <param name="text">The text.</param>
    /// <param name="places">The place of each character, and perhaps of more that were cut off.</param>
    public static TracedText From(string text, IReadOnlyList<(int Start, int End)> places) =>
        new(text, [.. places.Take(text.Length).Select(place => place.Start)], [.. places.Take(text.Length).Select(place => place.End)]);

    /// <summary>Where in the original the character at <paramref name="index"/> begins.</summary>
    public int StartOf(int index) => _starts[index];

    /// <summary>Where in the original the character at <paramref name="index"/> ends (exclusive).</summary>
    public int EndOf(int index) => _ends[index];

    /// <summary>One pass of a rule from left to right; replaced text is not looked at again in the same pass.</summary>
    public TracedText Rewrite(RewriteRule rule)
    {
        int first = 0;
        while (first < Text.Length && rule(Text, first, out _) == 0)
            first++;
        return first == Text.Length ? this : RewriteFrom(first, rule);
    }

    /// <summary>The part from <paramref name="start"/> to <paramref name="end"/>.</summary>
    public TracedText Slice(int start, int end) =>
        start == 0 && end == Text.Length ? this : new(Text[start..end], _starts[start..end], _ends[start..end]);

    private TracedText RewriteFrom(int first, RewriteRule rule)
    {
        StringBuilder text = new(Text, 0, first, Text.Length);
        List<int> starts = [.. _starts.AsSpan(0, first)];
        List<int> ends = [.. _ends.AsSpan(0, first)];
        for (int i = first; i < Text.Length;)
        {
            int consumed = rule(Text, i, out string replacement);
            int last = i + Math.Max(consumed, 1) - 1;
            if (consumed == 0)
                text.Append(Text[i]);
            else
                text.Append(replacement);
            while (starts.Count < text.Length)
            {
                starts.Add(_starts[i]);
                ends.Add(_ends[last]);
            }
            i = last + 1;
        }
        return new TracedText(text.ToString(), starts.ToArray(), ends.ToArray());
    }
}
