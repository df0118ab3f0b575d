using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// What a model's author recommends, from an optional <c>pareidolia.json</c> beside its <c>model_index.json</c>:
/// <code>
/// {
///   "steps": 20, "guidance": 4, "sampler": "dpmpp_2m_karras", "size": [128, 128], "negative": "",
///   "styles": { "noto": "noto", "3d": "fluent 3d" },
///   "style_template": "an emoji of {prompt} in {style} style"
/// }
/// </code>
/// </summary>
public sealed class ModelSettings
{
    private const string FileName = "pareidolia.json";
    private const string PlainTemplate = "{prompt} in {style} style";

    private readonly Dictionary<string, string> _phraseOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _template;

    /// <summary>Reads a model's file; without one, <paramref name="side"/> is what its networks were trained on.</summary>
    /// <exception cref="PareidoliaException">A value makes no sense.</exception>
    internal ModelSettings(ModelFolder folder, int side)
    {
        string path = Path.Combine(folder.Path, FileName);
        JsonConfig config = File.Exists(path) ? JsonConfig.Load(path) : JsonConfig.Parse("{}", path);
        IReadOnlyList<int> size = config.Ints("size", [side]);
        GenerateSettings standard = new();
        Defaults = standard with
        {
            Steps = config.Int("steps", standard.Steps),
            Guidance = config.Double("guidance", standard.Guidance),
            GuidanceRescale = config.Double("guidance_rescale", 0),
            Negative = config.Text("negative", "")!,
            ClipSkip = config.Int("clip_skip", 1),
            Sampler = config.Text("sampler") is string name ? SamplerChoice.Parse(name) : null,
            Width = size.Count > 0 ? size[0] : side,
            Height = size.Count > 0 ? size[^1] : side,
        };
        _template = config.Text("style_template", PlainTemplate)!;
        if (config.Section("styles") is JsonConfig styles)
            foreach (string style in styles.Keys)
                _phraseOf.Add(style, styles.Text(style)!);
    }

    /// <summary>Settings to start from: all but the prompt and the seed.</summary>
    public GenerateSettings Defaults { get; }

    /// <summary>The styles that the model knows by name.</summary>
    public IReadOnlyCollection<string> Styles => _phraseOf.Keys;

    /// <summary>A prompt that asks for a style, in the words that the model was trained on; unchanged where it names the style itself.</summary>
    /// <exception cref="PareidoliaException">The model has no such style; the message lists those it has.</exception>
    public string Styled(string prompt, string style)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (!_phraseOf.TryGetValue(style, out string? phrase))
            phrase = _phraseOf.Values.FirstOrDefault(value => value.Equals(style.Replace('-', ' '), StringComparison.OrdinalIgnoreCase));
        if (phrase is null)
            throw new PareidoliaException(_phraseOf.Count == 0
                ? $"This model has no named styles, so '{style}' cannot be asked for by --style; say it in the prompt."
                : $"There is no style '{style}'; this model has {string.Join(", ", Styles)}.");
        return Names(prompt, phrase) ? prompt
            : _template.Replace("{prompt}", prompt, StringComparison.Ordinal).Replace("{style}", phrase, StringComparison.Ordinal);
    }

    private static bool Names(string prompt, string phrase)
    {
        string words = $" {prompt} ";
        for (int at = 0; (at = words.IndexOf(phrase, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
            if (at > 0 && !char.IsLetterOrDigit(words[at - 1]) && !char.IsLetterOrDigit(words[at + phrase.Length]))
                return true;
        return false;
    }
}
