using System.Globalization;
using System.Text.RegularExpressions;
using Pareidolia.Text;

namespace Pareidolia.Pipelines;

/// <summary>What the values along an axis of a grid are.</summary>
public enum AxisKind
{
    /// <summary>Any text; there are no ranges.</summary>
    Text,

    /// <summary>Whole numbers.</summary>
    Whole,

    /// <summary>Numbers.</summary>
    Number,
}

/// <summary>
/// The values along an axis of a grid, as the web UI's X/Y/Z plot reads them: <c>5, 10</c>; of numbers also ranges: <c>1-10</c>, with a step
/// <c>1-10 (+3)</c>, with a count <c>1-10 [5]</c>. A text with a comma stands in quotes.
/// </summary>
public static partial class AxisValues
{
    /// <summary>Most values along an axis.</summary>
    public const int Most = 1000;

    /// <summary>Reads them, as they are written for an option; numbers with a point.</summary>
    /// <exception cref="PareidoliaException">There is none, or there are too many, or one is no number where one is needed.</exception>
    public static IReadOnlyList<string> Parse(string text, AxisKind kind)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> values = [];
        foreach (string value in CommaSeparated.Rows(text).SelectMany(row => row).Select(cell => cell.Trim()))
        {
            values.AddRange(Expanded(value, kind));
            if (values.Count > Most)
                throw TooMany(text);
        }
        return values is [] or [""] ? throw new PareidoliaException("An axis has no values; for instance steps=5,10,20 has three.") : values;
    }

    private static IEnumerable<string> Expanded(string value, AxisKind kind)
    {
        Match range = kind switch
        {
            AxisKind.Whole => WholeRange().Match(value),
            AxisKind.Number => NumberRange().Match(value),
            _ => Match.Empty,
        };
        if (!range.Success)
            return [value];
        (decimal from, decimal to) = (Number(range, "from"), Number(range, "to"));
        IEnumerable<decimal> numbers = range.Groups["count"].Success
            ? Spread(from, to, (int)Number(range, "count"), value)
            : Steps(from, to, range.Groups["step"].Success ? Number(range, "step") : 1, kind, value);
        return numbers.Select(number => (kind == AxisKind.Whole ? Math.Truncate(number) : number).ToString("0.########", CultureInfo.InvariantCulture));
    }

    // As Python counts: whole numbers stay below the end + 1, also where they fall; others below the end + a step.
    private static IEnumerable<decimal> Steps(decimal from, decimal to, decimal step, AxisKind kind, string range)
    {
        decimal count = step == 0 ? 0 : Math.Ceiling((to + (kind == AxisKind.Whole ? 1 : step) - from) / step);
        return Counted(count, range).Select(i => from + i * step);
    }

    private static IEnumerable<decimal> Spread(decimal from, decimal to, int count, string range) =>
        Counted(count, range).Select(i => count == 1 ? from : from + i * (to - from) / (count - 1));

    private static IEnumerable<int> Counted(decimal count, string range)
    {
        if (count > Most)
            throw TooMany(range);
        return count >= 1 ? Enumerable.Range(0, (int)count)
            : throw new PareidoliaException($"The range '{range}' of an axis holds no number; 1-10, 1-10 (+3), 10-5 (-2) and 1-10 [5] do.");
    }

    private static decimal Number(Match range, string name) => decimal.Parse(range.Groups[name].Value, CultureInfo.InvariantCulture);

    private static PareidoliaException TooMany(string text) =>
        new($"'{(text.Length > 40 ? text[..37] + "..." : text)}' are more than the {Most} values that an axis can have.");

    [GeneratedRegex(@"^(?<from>[+-]?\d{1,20})\s*-\s*(?<to>[+-]?\d{1,20})\s*(\(\s*(?<step>[+-]\d{1,20})\s*\)|\[\s*(?<count>\d{1,9})\s*\])?$")]
    private static partial Regex WholeRange();

    [GeneratedRegex(@"^(?<from>[+-]?\d{1,9}(\.\d{0,9})?)\s*-\s*(?<to>[+-]?\d{1,9}(\.\d{0,9})?)\s*(\(\s*(?<step>[+-]\d{1,9}(\.\d{0,9})?)\s*\)|\[\s*(?<count>\d{1,9})\s*\])?$")]
    private static partial Regex NumberRange();
}
