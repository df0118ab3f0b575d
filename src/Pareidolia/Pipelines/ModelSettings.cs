using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// What a model's author recommends, from an optional <c>pareidolia.json</c> beside its <c>model_index.json</c>:
/// <code>
/// {
///   "steps": 24, "guidance": 4, "sampler": "DPM++ 2M SGM Uniform", "size": [128, 128], "negative": "",
///   "styles": ["fluent-3d", "fluent-flat", "noto"], "default_style": "fluent-3d",
///   "template": "an emoji of {prompt} in {style} style", "dialect": "plain", "bf16": true
/// }
/// </code>
/// </summary>
public sealed class ModelSettings
{
    /// <summary>The style that leaves a prompt as it is.</summary>
    public const string NoStyle = "none";

    private const string FileName = "pareidolia.json";
    private const int UsualCells = 64;
    private const string PlainTemplate = "{prompt} in {style} style";

    private readonly string? _defaultStyle;
    private readonly string _template;

    /// <summary>Reads a model's file; without one, <paramref name="side"/> is what its networks were trained on.</summary>
    /// <exception cref="PareidoliaException">A value makes no sense.</exception>
    internal ModelSettings(ModelSource model, int side)
    {
        string path = Path.Combine(model.Path, FileName);
        bool said = File.Exists(path);
        JsonConfig config = said ? JsonConfig.Load(path) : JsonConfig.Parse("{}", path);
        IReadOnlyList<int> size = config.Ints("size", [side]);
        GenerateSettings standard = new();
        Defaults = standard with
        {
            Steps = config.Int("steps", standard.Steps),
            Guidance = config.Double("guidance", standard.Guidance),
            GuidanceRescale = config.Double("guidance_rescale", 0),
            GuidanceRules = new GuidanceRules { Start = config.Double("guidance_start", 0) },
            Negative = config.Text("negative", "")!,
            ClipSkip = config.Int("clip_skip", 1),
            // Whose author says nothing is a checkpoint that people know from the web UI.
            Dialect = config.Text("dialect") is string dialect ? PromptDialects.Parse(dialect) : said ? PromptDialect.Plain : PromptDialect.A1111,
            Sampler = config.Text("sampler") is string name ? SamplerChoice.Parse(name) : null,
            Width = size.Count > 0 ? size[0] : side,
            Height = size.Count > 0 ? size[^1] : side,
        };
        Bf16 = config.Bool("bf16", false);
        Styles = config.Texts("styles", []);
        LatentRgb = config.Doubles("latent_rgb", []);
        _template = config.Text("template", PlainTemplate)!;
        _defaultStyle = config.Text("default_style") is string style ? Find(style) : null;
    }

    /// <summary>What is recommended for a model that has not been loaded.</summary>
    /// <exception cref="PareidoliaException">A config is broken.</exception>
    public static ModelSettings Of(ModelSource model)
    {
        ArgumentNullException.ThrowIfNull(model);
        JsonConfig unet = model.Component("unet").Config;
        int cells = unet.Has("sample_size") ? unet.Ints("sample_size")[0] : UsualCells;
        int factor = MemoryForecast.FactorOf(model, PictureDecoder.UpscalerConfigOf(model));
        return new ModelSettings(model, cells * factor) { Factor = factor };
    }

    /// <summary>Settings to start from: all but the prompt and the seed.</summary>
    public GenerateSettings Defaults { get; }

    /// <summary>Width and height of pictures are multiples of this many pixels.</summary>
    public int Factor { get; internal init; }

    /// <summary>Whether products of bfloat16 do for the model's pictures, where the processor is faster at them.</summary>
    public bool Bf16 { get; }

    /// <summary>The styles that the model was trained on, such as <c>noto</c> or <c>fluent-3d</c>.</summary>
    public IReadOnlyList<string> Styles { get; }

    /// <summary>The map from latents to colours, see <see cref="Pipelines.LatentRgb"/>; empty where the author gives none.</summary>
    internal IReadOnlyList<double> LatentRgb { get; }

    /// <summary>
    /// A prompt that asks for a style, in the words that the model was trained on. A prompt that names a style itself stays as it is, unless another
    /// is asked for.
    /// </summary>
    /// <param name="prompt">What to draw.</param>
    /// <param name="style">
    /// A style, or the word that tells it from the others (<c>3d</c>); <see cref="NoStyle"/>; null for the model's default, if it has one.
    /// </param>
    /// <exception cref="PareidoliaException">The model has no such style; the message lists those it has.</exception>
    public string Styled(string prompt, string? style) => string.Join(prompt, AroundPrompt(prompt, style));

    /// <summary>The words of <see cref="Styled"/> before the prompt and those behind it: two empty texts where it stays as it is.</summary>
    /// <param name="prompt">What to draw.</param>
    /// <param name="style">As there.</param>
    /// <exception cref="PareidoliaException">The model has no such style; the message lists those it has.</exception>
    public string[] AroundPrompt(string prompt, string? style)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (style is null && Styles.Any(known => Names(prompt, known)))
            return ["", ""];
        string? wanted = style is null ? _defaultStyle : style.Equals(NoStyle, StringComparison.OrdinalIgnoreCase) ? null : Find(style);
        return wanted is null || Names(prompt, wanted) ? ["", ""]
            : _template.Replace("{style}", Phrase(wanted), StringComparison.Ordinal).Split("{prompt}");
    }

    private string Find(string style)
    {
        string plain = style.Trim().Replace(' ', '-');
        return Styles.FirstOrDefault(known => known.Equals(plain, StringComparison.OrdinalIgnoreCase))
            ?? Styles.FirstOrDefault(known => OwnWords(known).Contains(plain, StringComparer.OrdinalIgnoreCase))
            ?? throw new PareidoliaException(Styles.Count == 0
                ? $"This model has no named styles, so '{style}' cannot be asked for by name; say it in the prompt."
                : $"There is no style '{style}'; this model has {string.Join(", ", Styles)}, and {NoStyle} for the prompt as it is.");
    }

    private bool Names(string prompt, string style) =>
        HasWords(prompt, Phrase(style)) || OwnWords(style).Any(word => HasWords(prompt, word));

    // The words of a style's name that no other style has: "3d" of fluent-3d, not "fluent".
    private IEnumerable<string> OwnWords(string style) =>
        style.Split('-').Where(word => Styles.Count(other => other.Split('-').Contains(word, StringComparer.OrdinalIgnoreCase)) == 1);

    private static string Phrase(string style) => style.Replace('-', ' ');

    private static bool HasWords(string prompt, string phrase)
    {
        string words = $" {prompt} ";
        for (int at = 0; (at = words.IndexOf(phrase, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
            if (at > 0 && !char.IsLetterOrDigit(words[at - 1]) && !char.IsLetterOrDigit(words[at + phrase.Length]))
                return true;
        return false;
    }
}
