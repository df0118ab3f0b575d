using System.Text;
using System.Text.RegularExpressions;

namespace Pareidolia.Text.Prompts;

/// <summary>
/// Prompts that choose for themselves: <c>{a|b}</c> is one of the two, <c>{2$$a|b|c}</c> two of three, <c>{1-2$$ and $$a|b|c}</c> one or two
/// with "and" between, <c>__name__</c> a line of the folder's <c>name.txt</c>. The seed decides; what is chosen may choose again.
/// </summary>
/// <param name="folder">Text files, also in folders of it (<c>__animals/cat__</c>); null leaves <c>__name__</c> as it is.</param>
public sealed partial class Wildcards(string? folder)
{
    private const int MostDepth = 64;
    private const int MostChoices = 10_000;
    private const char Escape = '\\';

    /// <summary>No folder: only braces choose.</summary>
    public static Wildcards None { get; } = new(null);

    /// <summary>A prompt with everything chosen.</summary>
    /// <param name="prompt">Any text.</param>
    /// <param name="seed">The same seed chooses the same.</param>
    /// <exception cref="PareidoliaException">A file is missing or empty, or the choices never end.</exception>
    public string Expand(string prompt, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return new Choosing(folder, seed).Expand(prompt, 0);
    }

    [GeneratedRegex(@"\G__(?<name>[\w\-./ ]*?[\w\-.])__")]
    private static partial Regex Name();

    [GeneratedRegex(@"^(?<least>[0-9]{1,3})(?:-(?<most>[0-9]{1,3}))?$")]
    private static partial Regex Range();

    private sealed class Choosing(string? folder, ulong seed)
    {
        private ulong _state = seed;
        private int _choices;

        public string Expand(string text, int depth)
        {
            if (depth > MostDepth || _choices > MostChoices)
                throw new PareidoliaException($"The wildcards of this prompt go on without end: more than {MostDepth} lie inside each other, "
                    + $"or there are more than {MostChoices}.");
            int[] closing = Closing(text);
            StringBuilder expanded = new();
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] == Escape && i + 1 < text.Length && text[i + 1] is '{' or '}' or '|')
                    expanded.Append(text[++i]);
                else if (closing[i] > 0)
                {
                    expanded.Append(Options(text[(i + 1)..closing[i]], depth));
                    i = closing[i];
                }
                else if (folder is not null && text[i] == '_' && Name().Match(text, i) is { Success: true } name)
                {
                    expanded.Append(Expand(Line(name.Groups["name"].Value), depth + 1));
                    i += name.Length - 1;
                }
                else
                    expanded.Append(text[i]);
            }
            return expanded.ToString();
        }

        private string Options(string inside, int depth)
        {
            string[] heads = inside.Split("$$", 3);
            Match range = heads.Length > 1 ? Range().Match(heads[0]) : Match.Empty;
            List<string> left = Split(range.Success ? heads[^1] : inside);
            int least = range.Success ? int.Parse(range.Groups["least"].ValueSpan) : 1;
            int most = range.Groups["most"].Success ? int.Parse(range.Groups["most"].ValueSpan) : least;
            int count = Math.Min(left.Count, most > least ? least + Choose(most - least + 1) : least);
            List<string> chosen = [];
            for (int i = 0; i < count; i++)
            {
                int at = Choose(left.Count);
                chosen.Add(Expand(left[at], depth + 1));
                left.RemoveAt(at);
            }
            return string.Join(range.Success && heads.Length == 3 ? heads[1] : ", ", chosen);
        }

        private string Line(string name)
        {
            string path = Path.Combine(folder!, name + ".txt");
            if (name.Split('/').Contains("..") || Path.IsPathRooted(name) || !File.Exists(path))
                throw new PareidoliaException($"The prompt asks for __{name}__, but the folder of wildcards '{folder}' has no file '{name}.txt'.");
            string[] lines = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
            return lines.Length > 0 ? lines[Choose(lines.Length)] : throw new PareidoliaException($"The wildcards in '{path}' are empty.");
        }

        // SplitMix64 (https://doi.org/10.1145/2714064.2660195): the same on every machine.
        private int Choose(int count)
        {
            _choices++;
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)((z ^ (z >> 31)) % (ulong)count);
        }

        // The bars that stand in no inner braces.
        private static List<string> Split(string inside)
        {
            int[] closing = Closing(inside);
            List<string> options = [];
            int start = 0;
            for (int i = 0; i < inside.Length; i++)
            {
                if (inside[i] == Escape)
                    i++;
                else if (closing[i] > 0)
                    i = closing[i];
                else if (inside[i] == '|')
                {
                    options.Add(inside[start..i]);
                    start = i + 1;
                }
            }
            options.Add(inside[start..]);
            return options;
        }

        // For every opening brace that has one, the place of its closing brace; else 0.
        private static int[] Closing(string text)
        {
            int[] closing = new int[text.Length];
            Stack<int> open = new();
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] == Escape)
                    i++;
                else if (text[i] == '{')
                    open.Push(i);
                else if (text[i] == '}' && open.TryPop(out int start))
                    closing[start] = i;
            }
            return closing;
        }
    }
}
