using System.Globalization;

namespace Pareidolia.Adapters;

/// <summary>A LoRA to add to a model.</summary>
/// <param name="Path">Its file.</param>
/// <param name="UNetWeight">How strongly it changes the UNet; any number, 1 as it was trained.</param>
/// <param name="TextWeight">How strongly it changes the text encoders.</param>
public sealed record LoraChoice(string Path, double UNetWeight = 1, double TextWeight = 1)
{
    /// <summary>How such files' names end.</summary>
    internal static IReadOnlyList<string> Endings { get; } = [".safetensors", ".pt", ".ckpt", ".bin"];

    /// <summary>How prompts call it.</summary>
    internal string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Reads <c>FILE</c>, <c>FILE:weight</c> or <c>FILE:weight:text_weight</c>; one weight counts for both.</summary>
    /// <exception cref="PareidoliaException">There is no such file.</exception>
    public static LoraChoice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<double> weights = [];
        string path = text;
        while (weights.Count < 2 && !File.Exists(path) && path.LastIndexOf(':') is int colon and > 0
            && double.TryParse(path.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && double.IsFinite(weight))
        {
            weights.Insert(0, weight);
            path = path[..colon];
        }
        if (!File.Exists(path))
            throw new PareidoliaException($"The LoRA '{text}' is not there: a file is needed, or FILE:weight, or FILE:weight:text_weight.");
        return weights.Count == 0 ? new LoraChoice(path) : new LoraChoice(path, weights[0], weights[^1]);
    }
}
