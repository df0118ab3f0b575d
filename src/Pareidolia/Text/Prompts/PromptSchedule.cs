using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pareidolia.Text.Prompts;

/// <summary>A text and the last step, counted from 1, that reads it.</summary>
internal readonly record struct ScheduledText(int Until, string Text);

/// <summary>The steps that a schedule is laid out over.</summary>
/// <param name="Steps">How many there are.</param>
/// <param name="Earlier">Steps of a pass before this one: whole numbers count on behind them, and its fractions begin at 1.</param>
/// <param name="OldFractions">Any number below 1 is a fraction, and no other, with a point or without: the web UI's rule before 1.6.</param>
internal readonly record struct SchedulePass(int Steps, int? Earlier = null, bool OldFractions = false);

/// <summary>
/// A prompt of the AUTOMATIC1111 web UI whose words change while the picture is drawn: <c>[from:to:when]</c>, <c>[to:when]</c>,
/// <c>[from::when]</c> once, <c>[a|b|c]</c> with each step. Brackets that mean neither stay as they are. As in the web UI, a bar outside of
/// such brackets, or a backslash before nothing, makes the whole prompt plain text. The work of a step grows with the prompt's length alone.
/// </summary>
internal sealed partial class PromptSchedule
{
    private readonly string _prompt;
    private readonly Dictionary<int, Group> _groups = [];

    private PromptSchedule(string prompt) => _prompt = prompt;

    /// <summary>Reads a prompt; any text is one.</summary>
    public static PromptSchedule Parse(string prompt)
    {
        PromptSchedule schedule = new(prompt);
        if (!schedule.FindGroups())
            schedule._groups.Clear();
        return schedule;
    }

    /// <summary>The texts in force, in the order of their steps; the last one's end is the number of steps.</summary>
    public IReadOnlyList<ScheduledText> Over(SchedulePass pass)
    {
        SortedSet<int> ends = [pass.Steps];
        foreach (Group group in _groups.Values)
            ends.UnionWith(group.Ends(pass));
        return [.. ends.Select(end => new ScheduledText(end, At(end, pass)))];
    }

    /// <summary>Blanks out its brackets and steps; texts that come and go are all left.</summary>
    public static void Blank(PromptWords words)
    {
        foreach ((int open, Group group) in Parse(words.ToString())._groups)
        {
            int at = open;
            foreach ((int start, int end) in group.Options)
            {
                words.Blank(at, start);
                at = end;
            }
            words.Blank(at, group.Close + 1);
        }
    }

    private string At(int step, SchedulePass pass)
    {
        StringBuilder text = new();
        Stack<(int At, int End)> outer = new([(0, _prompt.Length)]);
        while (outer.TryPop(out (int At, int End) stretch))
        {
            int at = stretch.At;
            while (at < stretch.End)
            {
                if (_groups.TryGetValue(at, out Group? group))
                {
                    outer.Push((group.Close + 1, stretch.End));
                    outer.Push(group.Chosen(step, pass));
                    break;
                }
                text.Append(_prompt[at++]);
            }
        }
        return text.ToString();
    }

    // False where the prompt as a whole is plain text. What a bracket that has no partner, or means nothing, stands in means nothing either.
    private bool FindGroups()
    {
        Stack<Opened> open = new();
        for (int i = 0; i < _prompt.Length; i++)
        {
            char next = _prompt[i];
            bool holds = next switch
            {
                '\\' => ++i < _prompt.Length && _prompt[i] != '\n',
                '|' or ':' => Separate(open, i),
                ']' or ')' => Close(open, i),
                _ => true,
            };
            if (!holds)
                return false;
            if (next is '[' or '(')
                open.Push(new Opened(i, next));
        }
        return Abandon(open);
    }

    private bool Separate(Stack<Opened> open, int at)
    {
        if (open.TryPeek(out Opened? top))
            (_prompt[at] == ':' ? top.Colons : top.Bars).Add(at);
        return top is not null || _prompt[at] == ':';
    }

    private bool Close(Stack<Opened> open, int at)
    {
        if (!open.TryPeek(out Opened? top))
            return true;
        if ((top.Bracket == '[') != (_prompt[at] == ']'))
            return Abandon(open);
        Group? group = top.Bracket == '(' ? null : Alternation(top, at) ?? Switch(top, at);
        if (group is null && (top.Bars.Count > 0 || top.Colons.Count > (top.Bracket == '(' ? 1 : 0)))
            return Abandon(open);
        open.Pop();
        if (group is not null)
            _groups.Add(top.At, group);
        return true;
    }

    private static bool Abandon(Stack<Opened> open)
    {
        bool holds = open.All(group => group.Bars.Count == 0);
        open.Clear();
        return holds;
    }

    private static Group? Alternation(Opened opened, int close)
    {
        if (opened.Bars.Count == 0 || opened.Colons.Count > 0)
            return null;
        int[] edges = [opened.At, .. opened.Bars, close];
        return new Group(close, [.. Enumerable.Range(0, edges.Length - 1).Select(i => (edges[i] + 1, edges[i + 1]))], null);
    }

    private Group? Switch(Opened opened, int close)
    {
        if (opened.Bars.Count > 0 || opened.Colons.Count is 0 or > 2)
            return null;
        Match when = Number().Match(_prompt, opened.Colons[^1] + 1, close - opened.Colons[^1] - 1);
        if (!when.Success)
            return null;
        int to = opened.Colons.Count == 2 ? opened.Colons[0] + 1 : opened.At + 1;
        int fromEnd = opened.Colons.Count == 2 ? opened.Colons[0] : opened.At + 1;
        return new Group(close, [(opened.At + 1, fromEnd), (to, opened.Colons[^1])], when.Value.Trim());
    }

    [GeneratedRegex(@"^\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*$")]
    private static partial Regex Number();

    // A bracket that waits for its partner.
    private sealed record Opened(int At, char Bracket)
    {
        public List<int> Colons { get; } = [];

        public List<int> Bars { get; } = [];
    }

    // Brackets that choose between texts: by the step's turn, or where "when" is given by whether it has come.
    private sealed record Group(int Close, (int At, int End)[] Options, string? When)
    {
        public (int At, int End) Chosen(int step, SchedulePass pass) =>
            When is null ? Options[(step - 1) % Options.Length] : Options[step <= LastStep(pass) ? 0 : 1];

        public IEnumerable<int> Ends(SchedulePass pass)
        {
            if (When is null)
                return Enumerable.Range(1, pass.Steps);
            int last = LastStep(pass);
            return last >= 1 ? [last] : [];
        }

        private int LastStep(SchedulePass pass)
        {
            double when = double.Parse(When!, CultureInfo.InvariantCulture);
            bool fraction = pass.OldFractions ? when < 1 : When!.Contains('.', StringComparison.Ordinal);
            double step = fraction
                ? (when - (pass is { Earlier: not null, OldFractions: false } ? 1 : 0)) * pass.Steps
                : when - (pass.OldFractions ? 0 : pass.Earlier ?? 0);
            return (int)Math.Clamp(step, -1, pass.Steps);
        }
    }
}
