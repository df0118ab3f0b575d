using System.Globalization;
using System.Text;

namespace Pareidolia.Text.Prompts;

/// <summary>
/// Attention weights as ComfyUI writes them: <c>(x)</c> counts 1.1 times what is around it, <c>(x:1.3)</c> 1.3 times the plain text, whatever is
/// around it; square brackets mean nothing; <c>\( \)</c> are the characters themselves. A bracket that is never closed is text, and so is what
/// follows it, unless the prompt ends with a closing one. The work grows with the length of the prompt, not with the depth of its brackets.
/// </summary>
internal static class ComfyEmphasis
{
    /// <summary>The parts of a prompt in order, neighbours of equal weight apart; none where there is no text.</summary>
    public static IReadOnlyList<WeightedText> Parse(string prompt)
    {
        Reader reader = new(prompt);
        reader.Read();
        return reader.Parts;
    }

    /// <summary>Blanks out brackets, weights and the backslashes of escapes.</summary>
    public static void Blank(PromptWords words) => new Reader(words.ToString(), words).Read();

    // The stretch of the prompt that is being read: its end, its weight, and where to go on behind it.
    private readonly record struct Stretch(int End, double Weight, int Resume);

    private sealed class Reader(string prompt, PromptWords? words = null)
    {
        private const double More = 1.1;

        private readonly int[] _closing = Closing(prompt);
        private readonly Stack<Stretch> _outer = new();
        private readonly StringBuilder _text = new();
        private Stretch _in = new(prompt.Length, 1, prompt.Length);
        private int _at;
        private int _level;

        public List<WeightedText> Parts { get; } = [];

        public void Read()
        {
            while (true)
            {
                while (_at >= _in.End)
                    if (!Leave())
                        return;
                if (prompt[_at] == '(' && _level == 0)
                    Open();
                else
                    ReadCharacter();
            }
        }

        private bool Leave()
        {
            Flush();
            words?.Blank(_in.End, _in.Resume);
            _at = _in.Resume;
            return _outer.TryPop(out _in);
        }

        private void Open()
        {
            Flush();
            int close = _closing[_at];
            if (close < 0 || close >= _in.End)
                close = prompt[_in.End - 1] == ')' && _in.End - 1 > _at && !IsEscaped(_in.End - 1) ? _in.End - 1 : -1;
            if (close < 0)
            {
                _text.Append(Unescaped(prompt[_at.._in.End]));
                _at = _in.End;
                return;
            }
            (double? given, int end) = GivenWeight(_at + 1, close);
            _outer.Push(_in);
            _in = new Stretch(end, given ?? _in.Weight * More, close + 1);
            words?.Blank(_at, _at + 1);
            _at++;
        }

        // A closing bracket too many takes the next opening one with it: both are text.
        private void ReadCharacter()
        {
            bool escape = prompt[_at] == '\\' && _at + 1 < _in.End && prompt[_at + 1] is '(' or ')';
            if (escape)
            {
                words?.Blank(_at, _at + 1);
                _at++;
            }
            else
                _level += prompt[_at] == '(' ? 1 : prompt[_at] == ')' ? -1 : 0;
            _text.Append(prompt[_at++]);
        }

        private void Flush()
        {
            if (_text.Length > 0)
                Parts.Add(new WeightedText(_text.ToString(), _in.Weight));
            _text.Clear();
        }

        // What stands behind the last colon in the brackets, if it is a number and something stands before it.
        private (double? Weight, int End) GivenWeight(int start, int close)
        {
            int colon = prompt.AsSpan(start, close - start).LastIndexOfAny(":()");
            return colon > 0 && prompt[start + colon] == ':'
                && double.TryParse(prompt.AsSpan(start + colon + 1, close - start - colon - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight)
                && double.IsFinite(weight)
                ? (weight, start + colon) : (null, close);
        }

        private bool IsEscaped(int at) => at > 0 && prompt[at - 1] == '\\';

        private static string Unescaped(string text) =>
            text.Replace(@"\(", "(", StringComparison.Ordinal).Replace(@"\)", ")", StringComparison.Ordinal);

        // For every opening bracket the place of its closing one; -1 for those without.
        private static int[] Closing(string prompt)
        {
            int[] closing = new int[prompt.Length];
            Stack<int> open = new();
            for (int i = 0; i < prompt.Length; i++)
            {
                closing[i] = -1;
                if (prompt[i] == '\\' && i + 1 < prompt.Length && prompt[i + 1] is '(' or ')')
                    closing[++i] = -1;
                else if (prompt[i] == '(')
                    open.Push(i);
                else if (prompt[i] == ')' && open.TryPop(out int start))
                    closing[start] = i;
            }
            return closing;
        }
    }
}
