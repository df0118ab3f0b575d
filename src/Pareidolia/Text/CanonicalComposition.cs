using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Pareidolia.Text;

/// <summary>
/// Unicode normalisation form C (https://unicode.org/reports/tr15). The runtime's own <see cref="string.Normalize()"/> does nothing
/// where globalisation is invariant, as it is in this program, so the tables come along in <c>canonical-forms.txt</c>.
/// </summary>
internal static class CanonicalComposition
{
    private const int HangulSyllables = 0xAC00, HangulLead = 0x1100, HangulVowel = 0x1161, HangulTail = 0x11A7;
    private const int Vowels = 21, Tails = 28, Leads = 19;

    // Below U+0300 every character is in form C and none joins the one before it.
    private const char FirstOfInterest = '\u0300';

    private static readonly Lazy<Tables> Unicode = new(Tables.Read);

    /// <summary>A rewrite rule: one character and all that may join it become their composed form.</summary>
    public static int Compose(string text, int index, out string replacement)
    {
        replacement = "";
        bool alone = index + 1 == text.Length || text[index + 1] < FirstOfInterest;
        if ((text[index] < FirstOfInterest && alone) || IsInsideCluster(text, index))
            return 0;
        int end = EndOfCluster(text, index);
        string cluster = text[index..end];
        replacement = ComposeCluster(cluster);
        return replacement == cluster ? 0 : end - index;
    }

    /// <summary>Normalisation form D: every character taken apart, marks in the order of their classes.</summary>
    public static string Decompose(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u00BF'))
            return text;
        List<int> codes = [];
        foreach (Rune rune in text.EnumerateRunes())
            Decompose(rune.Value, codes);
        SortMarks(codes);
        return Written(codes);
    }

    // What joins backward was looked at with the character it joins; looking again would cost n squared in a row of marks.
    private static bool IsInsideCluster(string text, int index) =>
        char.IsLowSurrogate(text[index]) || (index > 0 && JoinsBackward(Rune.GetRuneAt(text, index).Value));

    private static int EndOfCluster(string text, int index)
    {
        int end = index + Rune.GetRuneAt(text, index).Utf16SequenceLength;
        while (end < text.Length && JoinsBackward(Rune.GetRuneAt(text, end).Value))
            end += Rune.GetRuneAt(text, end).Utf16SequenceLength;
        return end;
    }

    // A few Tibetan vowel signs are of class 0 but stand for marks.
    private static bool JoinsBackward(int code) =>
        code >= FirstOfInterest && (Unicode.Value.Class(code) != 0 || Unicode.Value.Seconds.Contains(code)
            || code is (>= HangulVowel and < HangulVowel + Vowels) or (> HangulTail and < HangulTail + Tails)
            || (Unicode.Value.Decompositions.TryGetValue(code, out (int First, int Second) parts) && JoinsBackward(parts.First)));

    private static string ComposeCluster(string cluster)
    {
        List<int> codes = [];
        foreach (Rune rune in cluster.EnumerateRunes())
            Decompose(rune.Value, codes);
        SortMarks(codes);
        Join(codes);
        return Written(codes);
    }

    private static string Written(List<int> codes)
    {
        StringBuilder text = new();
        foreach (int code in codes)
            text.Append(new Rune(code));
        return text.ToString();
    }

    private static void Decompose(int code, List<int> codes)
    {
        int syllable = code - HangulSyllables;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            codes.Add(HangulLead + syllable / (Vowels * Tails));
            codes.Add(HangulVowel + syllable / Tails % Vowels);
            if (syllable % Tails != 0)
                codes.Add(HangulTail + syllable % Tails);
        }
        else if (Unicode.Value.Decompositions.TryGetValue(code, out (int First, int Second) parts))
        {
            Decompose(parts.First, codes);
            if (parts.Second != 0)
                Decompose(parts.Second, codes);
        }
        else
        {
            codes.Add(code);
        }
    }

    // Marks behind a starter are put in the order of their classes; equal classes keep theirs.
    private static void SortMarks(List<int> codes)
    {
        for (int start = 0; start < codes.Count; start++)
        {
            int end = start;
            while (end < codes.Count && Unicode.Value.Class(codes[end]) != 0)
                end++;
            if (end - start < 2)
                continue;
            int[] sorted = codes.GetRange(start, end - start).OrderBy(Unicode.Value.Class).ToArray();
            for (int i = start; i < end; i++)
                codes[i] = sorted[i - start];
            start = end;
        }
    }

    // A character joins the last starter unless one of its own class or a starter stands between.
    private static void Join(List<int> codes)
    {
        int starter = -1, lastClass = 0, kept = 0;
        for (int i = 0; i < codes.Count; i++)
        {
            int code = codes[i];
            int markClass = Unicode.Value.Class(code);
            bool blocked = starter < 0 || (kept - 1 > starter && (lastClass >= markClass || lastClass == 0));
            int joined = blocked ? 0 : JoinPair(codes[starter], code);
            if (joined != 0)
            {
                codes[starter] = joined;
                continue;
            }
            if (markClass == 0)
                starter = kept;
            lastClass = markClass;
            codes[kept++] = code;
        }
        codes.RemoveRange(kept, codes.Count - kept);
    }

    private static int JoinPair(int first, int second)
    {
        int lead = first - HangulLead, vowel = second - HangulVowel, tail = second - HangulTail, syllable = first - HangulSyllables;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
            return HangulSyllables + (lead * Vowels + vowel) * Tails;
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails)
            return first + tail;
        return Unicode.Value.Compositions.GetValueOrDefault((first, second));
    }

    private sealed class Tables
    {
        private readonly Dictionary<int, byte> _classes = [];

        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public FrozenSet<int> Seconds { get; private set; } = [];

        public int Class(int code) => _classes.GetValueOrDefault(code);

        public static Tables Read()
        {
            using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("canonical-forms.txt")!;
            using StreamReader reader = new(stream);
            Tables tables = new();
            while (reader.ReadLine() is { } line)
            {
                if (!line.StartsWith('#'))
                    tables.Add(line.Split(' '));
            }
            tables.Seconds = tables.Compositions.Keys.Select(pair => pair.Second).ToFrozenSet();
            return tables;
        }

        private void Add(string[] fields)
        {
            if (fields[1].StartsWith('='))
            {
                int[] range = fields[0].Split('-').Select(Code).ToArray();
                for (int code = range[0]; code <= range[1]; code++)
                    _classes[code] = byte.Parse(fields[1].AsSpan(1), CultureInfo.InvariantCulture);
                return;
            }
            (int First, int Second) parts = (Code(fields[1]), fields.Length > 2 ? Code(fields[2]) : 0);
            Decompositions[Code(fields[0])] = parts;
            if (fields.Length == 3)
                Compositions[parts] = Code(fields[0]);
        }

        private static int Code(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
