using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pareidolia.Text.Prompts;

/// <summary>
/// Attention weights as the AUTOMATIC1111 web UI writes them: <c>(x)</c> counts 1.1 times, <c>[x]</c> 1/1.1 times, <c>(x:1.3)</c> 1.3 times;
/// brackets nest and need not balance; <c>\( \) \[ \] \\</c> are the characters themselves; <c>BREAK</c> stands alone. The work grows with the
/// length of the prompt, not with the depth of its brackets.
/// </summary>
internal static partial class WebUiEmphasis
{
    /// <summary>The parts of a prompt, at least one.</summary>
    public static IReadOnlyList<WeightedText> Parse(string prompt)
    {
        Reader reader = new(prompt);
        reader.Read();
        return WeightedText.Merged(reader.Weighted());
    }

    /// <summary>Blanks out brackets, weights, the backslashes of escapes and <c>BREAK</c>.</summary>
    public static void Blank(PromptWords words)
    {
        string prompt = words.ToString();
        new Reader(prompt, words).Read();
        foreach (ValueMatch found in BreakWord().EnumerateMatches(prompt))
            words.Blank(found.Index, found.Index + found.Length);
    }

    [GeneratedRegex(@"\bBREAK\b")]
    private static partial Regex BreakWord();

    // Round and square brackets close each on their own, so that "(a [b) c]" has two ranges that overlap. Those of one kind nest.
    private sealed class Reader(string prompt, PromptWords? words = null)
    {
        private const double More = 1.1, Less = 1 / 1.1;

        private static readonly SearchValues<char> s_special = SearchValues.Create(@"\()[]:");

        private readonly StringBuilder _text = new();
        private readonly List<WeightedText> _parts = [];
        private readonly Stack<int> _round = new();
        private readonly Stack<int> _square = new();
        private readonly List<(int Start, int End, double Weight)> _given = [];
        private readonly List<(int Start, int End)> _rounds = [];
        private readonly List<(int Start, int End)> _squares = [];
        private int _at;

        public void Read()
        {
            while (_at < prompt.Length)
                ReadNext();
            Flush();
            while (_round.TryPop(out int start))
                _rounds.Add((start, _parts.Count));
            while (_square.TryPop(out int start))
                _squares.Add((start, _parts.Count));
        }

        /// <summary>The parts, each with the product of the ranges around it.</summary>
        public IEnumerable<WeightedText> Weighted()
        {
            double[] more = Powers(More, _rounds), less = Powers(Less, _squares), given = Given();
            return _parts.Select((part, i) => part with { Weight = part.Weight * given[i] * more[i] * less[i] });
        }

        private void ReadNext()
        {
            char next = prompt[_at];
            if (next == '(' || next == '[')
                Open(next == '(' ? _round : _square);
            else if (next == ')' && _round.Count > 0)
                Close(_round, _rounds);
            else if (next == ']' && _square.Count > 0)
                Close(_square, _squares);
            else if (next == ':' && _round.Count > 0 && GivenWeight() is (double weight, int end))
                CloseWith(weight, end);
            else if (next == '\\')
                ReadEscape();
            else
                ReadText();
        }

        private void Open(Stack<int> brackets)
        {
            Flush();
            brackets.Push(_parts.Count);
            words?.Blank(_at, _at + 1);
            _at++;
        }

        private void Close(Stack<int> brackets, List<(int, int)> ranges)
        {
            Flush();
            ranges.Add((brackets.Pop(), _parts.Count));
            words?.Blank(_at, _at + 1);
            _at++;
        }

        private void CloseWith(double weight, int end)
        {
            Flush();
            _given.Add((_round.Pop(), _parts.Count, weight));
            words?.Blank(_at, end);
            _at = end;
        }

        // A backslash before anything else is dropped.
        private void ReadEscape()
        {
            bool known = _at + 1 < prompt.Length && prompt[_at + 1] != ':' && s_special.Contains(prompt[_at + 1]);
            if (known)
                _text.Append(prompt[_at + 1]);
            words?.Blank(_at, _at + 1);
            _at += known ? 2 : 1;
        }

        private void ReadText()
        {
            int end = prompt.AsSpan(_at + 1).IndexOfAny(s_special);
            end = end < 0 ? prompt.Length : _at + 1 + end;
            _text.Append(prompt, _at, end - _at);
            _at = end;
        }

        // ": 1.3 )" behind a colon. A number of several points is none; it stays text.
        private (double Weight, int End)? GivenWeight()
        {
            int start = SkipSpace(_at + 1), end = start;
            while (end < prompt.Length && (char.IsAsciiDigit(prompt[end]) || prompt[end] == '.' || (end == start && prompt[end] is '+' or '-')))
                end++;
            int close = SkipSpace(end);
            return close < prompt.Length && prompt[close] == ')'
                && double.TryParse(prompt.AsSpan(start, end - start), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight)
                ? (weight, close + 1) : null;
        }

        private int SkipSpace(int at)
        {
            while (at < prompt.Length && char.IsWhiteSpace(prompt[at]))
                at++;
            return at;
        }

        // What was read so far becomes parts: one, or one on each side of a BREAK.
        private void Flush()
        {
            if (_text.Length == 0)
                return;
            string text = _text.ToString();
            _text.Clear();
            int start = 0;
            foreach (ValueMatch found in BreakWord().EnumerateMatches(text))
            {
                string before = text[start..found.Index].TrimEnd();
                _parts.Add(new WeightedText(start == 0 ? before : before.TrimStart(), 1));
                _parts.Add(WeightedText.Break);
                start = found.Index + found.Length;
            }
            _parts.Add(new WeightedText(start == 0 ? text : text[start..].TrimStart(), 1));
        }

        // For each part the factor to the power of how many ranges hold it.
        private double[] Powers(double factor, List<(int Start, int End)> ranges)
        {
            int[] change = new int[_parts.Count + 1];
            foreach ((int start, int end) in ranges)
            {
                change[start]++;
                change[end]--;
            }
            List<double> powers = [1];
            double[] product = new double[_parts.Count];
            for (int i = 0, depth = 0; i < product.Length; i++)
            {
                depth += change[i];
                while (powers.Count <= depth)
                    powers.Add(powers[^1] * factor);
                product[i] = powers[depth];
            }
            return product;
        }

        // For each part the product of the weights given around it. They nest: the last one closed is the outermost.
        private double[] Given()
        {
            ILookup<int, (int Start, int End, double Weight)> opened = Enumerable.Reverse(_given).ToLookup(range => range.Start);
            Stack<(int End, double Product)> open = new([(int.MaxValue, 1)]);
            double[] product = new double[_parts.Count];
            for (int i = 0; i < product.Length; i++)
            {
                while (open.Peek().End <= i)
                    open.Pop();
                foreach ((_, int end, double weight) in opened[i].Where(range => range.End > i))
                    open.Push((end, open.Peek().Product * weight));
                product[i] = open.Peek().Product;
            }
            return product;
        }
    }
}
