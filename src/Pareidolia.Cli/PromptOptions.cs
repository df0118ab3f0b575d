using System.CommandLine;
using Pareidolia.Adapters;
using Pareidolia.Pipelines;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Cli;

/// <summary>What was asked for about how prompts are read. What is null follows from the model.</summary>
internal sealed record PromptRequest
{
    public string? Dialect { get; init; }

    public string? Style { get; init; }

    public string? Styles { get; init; }

    public string? Wildcards { get; init; }

    public int? ClipSkip { get; init; }

    public AdapterChoice Adapters { get; init; } = new();

    public string? LoraFolder { get; init; }

    /// <summary>What joins the model, with what the prompts ask for in the web UI's dialect.</summary>
    public AdapterChoice AdaptersFor(IEnumerable<string> prompts) =>
        Dialect is null || PromptDialects.Parse(Dialect) == PromptDialect.A1111 ? Adapters.Mentioned(prompts, LoraFolder) : Adapters;

    /// <summary>The model's settings with what was asked for in place.</summary>
    public GenerateSettings ApplyTo(GenerateSettings settings) => settings with
    {
        Dialect = Dialect is string name ? PromptDialects.Parse(name) : settings.Dialect,
        Wildcards = Wildcards is string folder ? new Wildcards(Existing(folder)) : settings.Wildcards,
        // ComfyUI counts -1, -2 .. where the web UI counts 1, 2 ..
        ClipSkip = ClipSkip is int skip ? Math.Abs(skip) : settings.ClipSkip,
    };

    /// <summary>The settings with a prompt in the style that was asked for: of the styles file if there is one, else of the model.</summary>
    public GenerateSettings Styled(GenerateSettings settings, string prompt, ModelSettings model)
    {
        if (Styles is null || Style is null)
            return settings with { Prompt = model.Styled(prompt, Style) };
        (string styled, string negative) = PromptStyles.Load(Styles).Apply(Style, prompt, settings.Negative);
        return settings with { Prompt = styled, Negative = negative };
    }

    private static string Existing(string folder) =>
        Directory.Exists(folder) ? folder : throw new PareidoliaException($"The folder of wildcards '{folder}' does not exist.");
}

/// <summary>The options of <c>pareidolia generate</c> that decide how prompts are read.</summary>
internal sealed class PromptOptions
{
    private readonly Option<string?> _style = OptionOf.Text(
        "--style", "NAME", "One of the model's styles, or none, or one of the styles file's; a wrong name lists them.");
    private readonly Option<string?> _styles = OptionOf.Text("--styles", "FILE.csv", "The web UI's file of styles: name,prompt,negative_prompt.");
    private readonly Option<string?> _dialect = OptionOf.Text(
        "--dialect", "NAME", $"The prompts' language: {string.Join(", ", PromptDialects.Names.Keys)}; else the model's, else a1111.");
    private readonly Option<string?> _wildcards = OptionOf.Text("--wildcards", "FOLDER", "Text files: __name__ in a prompt is a line of name.txt.");
    private readonly Option<string?> _embeddings = OptionOf.Text("--embeddings", "FOLDER", "Words learned by textual inversion, called by their files' names.");
    private readonly Option<string[]> _loras = new("--lora") { HelpName = "FILE[:W[:TEXT_W]]", Description = "A LoRA and its weights; may be given several times." };
    private readonly Option<string?> _loraFolder = OptionOf.Text("--lora-dir", "FOLDER", "Where <lora:name:weight> in a prompt is looked for.");
    private readonly Option<int?> _clipSkip = OptionOf.Whole("--clip-skip", "The text encoder's layer, counted from its end: 1 (or ComfyUI's -1) is the last.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_style, _styles, _dialect, _wildcards, _embeddings, _loras, _loraFolder, _clipSkip])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public PromptRequest Read(ParseResult parsed) => new()
    {
        Style = parsed.GetValue(_style),
        Styles = parsed.GetValue(_styles),
        Dialect = parsed.GetValue(_dialect),
        Wildcards = parsed.GetValue(_wildcards),
        ClipSkip = parsed.GetValue(_clipSkip),
        Adapters = new AdapterChoice
        {
            Embeddings = parsed.GetValue(_embeddings),
            Loras = [.. (parsed.GetValue(_loras) ?? []).Select(LoraChoice.Parse)],
        },
        LoraFolder = parsed.GetValue(_loraFolder),
    };
}
