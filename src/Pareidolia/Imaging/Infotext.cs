using System.Text;

namespace Pareidolia.Imaging;

/// <summary>
/// How a picture was made, in the text that AUTOMATIC1111's web UI writes into PNG files under the name <c>parameters</c>: the prompt,
/// a line <c>Negative prompt: ...</c>, and one last line of <c>Key: value, Key: value</c>.
/// </summary>
public sealed class Infotext
{
    /// <summary>The name of the text in a PNG file.</summary>
    public const string Key = "parameters";

    private const string NegativeStart = "Negative prompt:";

    // A last line with fewer fields belongs to the prompt.
    private const int FewestFields = 3;

    // The order in which the web UI writes its fields; all others stand before the last two, in the order in which they were set.
    private static readonly string[] First =
    [
        "Steps", "Sampler", "Schedule type", "CFG scale", "Image CFG scale", "Seed", "Face restoration", "Size", "Model hash", "Model",
        "FP8 weight", "Cache FP16 weight for LoRA", "VAE hash", "VAE", "Variation seed", "Variation seed strength", "Seed resize from",
        "Denoising strength", "Conditional mask weight", "Clip skip", "ENSD", "Token merging ratio", "Token merging ratio hr",
        "Init image hash", "RNG", "Tiling",
    ];

    private static readonly string[] Last = ["Version", "User"];

    private static readonly (string Name, string Value)[] Defaults =
    [
        ("Clip skip", "1"), ("RNG", "GPU"), ("Schedule type", "Automatic"), ("Hires sampler", "Use same sampler"),
        ("Hires schedule type", "Use same scheduler"), ("Hires checkpoint", "Use same checkpoint"), ("Hires prompt", ""),
        ("Hires negative prompt", ""), ("Masked area padding", "32"), ("VAE Encoder", "Full"), ("VAE Decoder", "Full"), ("Emphasis", "Original"),
    ];

    // Names that older versions wrote behind the sampler.
    private static readonly string[] ScheduleSuffixes = ["Karras", "Exponential", "Polyexponential"];

    /// <summary>What the picture should show; may have several lines.</summary>
    public string Prompt { get; set; } = "";

    /// <summary>What it should not show.</summary>
    public string NegativePrompt { get; set; } = "";

    /// <summary>The fields of the last line, values as they are meant (without quotes), for instance <c>Size</c> = <c>512x512</c>.</summary>
    public OrderedDictionary<string, string> Fields { get; } = [];

    /// <summary>The text, fields in the web UI's order.</summary>
    public string Build()
    {
        StringBuilder text = new(Prompt);
        if (NegativePrompt.Length > 0)
            text.Append('\n').Append(NegativeStart).Append(' ').Append(NegativePrompt);
        // A field whose name is its value is written once.
        IEnumerable<string> fields = Fields.OrderBy(field => Place(field.Key))
            .Select(field => field.Key == field.Value ? field.Key : $"{field.Key}: {InfotextFields.Quote(field.Value)}");
        return text.Append('\n').AppendJoin(", ", fields).ToString().Trim();
    }

    /// <summary>Reads any text; what is no infotext is all prompt.</summary>
    public static Infotext Parse(string text)
    {
        string[] lines = text.Trim().Split('\n');
        List<(string Name, string Value)> fields = InfotextFields.Find(lines[^1]);
        Infotext infotext = new();
        int promptLines = fields.Count < FewestFields ? lines.Length : lines.Length - 1;
        infotext.TakePrompts(lines.AsSpan(0, promptLines));
        if (promptLines < lines.Length)
        {
            foreach ((string name, string value) in fields.Where(field => field.Value.Length > 0))
                infotext.Fields[name] = InfotextFields.Unquote(value);
        }
        return infotext;
    }

    /// <summary>
    /// The parsed form that the web UI's <c>png-info</c> answers with: prompts among the fields, sizes in two (<c>Size-1</c>, <c>Size-2</c>),
    /// defaults for what is not written, an old sampler name split into sampler and schedule.
    /// </summary>
    public OrderedDictionary<string, string> ToParameters()
    {
        OrderedDictionary<string, string> parameters = new() { ["Prompt"] = Prompt, ["Negative prompt"] = NegativePrompt };
        foreach (KeyValuePair<string, string> field in Fields)
        {
            if (InfotextFields.TrySize(field.Value, out string width, out string height))
                (parameters[$"{field.Key}-1"], parameters[$"{field.Key}-2"]) = (width, height);
            else
                parameters[field.Key] = field.Value;
        }
        SplitSampler(parameters);
        foreach ((string name, string value) in Defaults)
            parameters.TryAdd(name, value);
        return parameters;
    }

    private static void SplitSampler(OrderedDictionary<string, string> parameters)
    {
        if (parameters.ContainsKey("Schedule type") || !parameters.TryGetValue("Sampler", out string? sampler))
            return;
        string? suffix = ScheduleSuffixes.FirstOrDefault(suffix => sampler.EndsWith(' ' + suffix, StringComparison.Ordinal));
        if (suffix is null)
            return;
        parameters["Sampler"] = sampler[..^(suffix.Length + 1)];
        parameters["Schedule type"] = suffix;
    }

    private void TakePrompts(ReadOnlySpan<string> lines)
    {
        List<string> prompt = [], negative = [];
        List<string> current = prompt;
        foreach (string line in lines)
        {
            string content = line.Trim();
            if (content.StartsWith(NegativeStart, StringComparison.Ordinal))
            {
                current = negative;
                content = content[NegativeStart.Length..].Trim();
            }
            // An empty first line leaves no mark.
            if (current.Count > 0 || content.Length > 0)
                current.Add(content);
        }
        Prompt = string.Join('\n', prompt);
        NegativePrompt = string.Join('\n', negative);
    }

    private static int Place(string name)
    {
        int first = Array.IndexOf(First, name), last = Array.IndexOf(Last, name);
        return first >= 0 ? first : last >= 0 ? First.Length + 1 + last : First.Length;
    }
}
