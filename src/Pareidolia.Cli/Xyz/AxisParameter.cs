using System.CommandLine;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli.Xyz;

/// <summary>Something that can change along an axis: an option of the command, or its prompt.</summary>
/// <param name="Name">As it is asked for.</param>
/// <param name="Label">As pictures name it, in the web UI's words where it has any.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Option">The option; null where it is the prompt.</param>
internal sealed record AxisParameter(string Name, string Label, AxisKind Kind, Option? Option)
{
    private const string WholePrompt = "prompt", SearchAndReplace = "prompt-sr";

    // What is about files and the whole run, not about how a picture is made.
    private static readonly string[] s_others =
    [
        "--output", "--format", "--quality", "--prompts", "--count", "--threads", "--json", "--force", "--grid", "--steps-strip", "--verify",
        "--memory-limit", "--preview-every", "--preview", "--preview-vae", "--preview-of", "--preview-folder",
        "--x", "--y", "--z", "--cells", "--help",
    ];

    private static readonly Dictionary<string, string> s_labels = new()
    {
        ["--seed"] = "Seed",
        ["--variation-seed"] = "Var. seed",
        ["--variation-strength"] = "Var. strength",
        ["--guidance"] = "CFG Scale",
        ["--model"] = "Checkpoint name",
        ["--ngms"] = "Negative Guidance minimum sigma",
        ["--schedule"] = "Schedule type",
        ["--strength"] = "Denoising",
        ["--style"] = "Styles",
        ["--noise"] = "RNG source",
    };

    /// <summary>Whether its values are seeds, of which -1 is any.</summary>
    public bool IsSeed => Option?.Name is "--seed" or "--variation-seed";

    /// <summary>Whether its first value is what the others take the place of.</summary>
    public bool Replaces => Name == SearchAndReplace;

    /// <summary>All that a command has, its prompt first.</summary>
    public static IReadOnlyList<AxisParameter> Of(Command command) =>
    [
        new(WholePrompt, "Prompt", AxisKind.Text, null),
        new(SearchAndReplace, "Prompt S/R", AxisKind.Text, null),
        .. command.Options.Where(option => !s_others.Contains(option.Name)).Select(Of),
    ];

    /// <summary>Finds one by its option's name or by the web UI's label.</summary>
    /// <exception cref="PareidoliaException">There is none; the message lists all.</exception>
    public static AxisParameter Find(IReadOnlyList<AxisParameter> all, string name) =>
        all.FirstOrDefault(parameter => Letters(parameter.Name) == Letters(name) || Letters(parameter.Label) == Letters(name))
        ?? throw new PareidoliaException(
            $"'{Shown.Short(name)}' is nothing that changes along an axis; there are {string.Join(", ", all.Select(parameter => parameter.Name))}.");

    private static AxisParameter Of(Option option)
    {
        string name = option.Name.TrimStart('-');
        string plain = $"{char.ToUpperInvariant(name[0])}{name[1..].Replace('-', ' ')}";
        return new AxisParameter(name, s_labels.GetValueOrDefault(option.Name, plain), KindOf(option), option);
    }

    private static AxisKind KindOf(Option option)
    {
        if (option.ValueType == typeof(int?) || option.ValueType == typeof(SeedChoice))
            return AxisKind.Whole;
        return option.ValueType == typeof(double?) ? AxisKind.Number : AxisKind.Text;
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
