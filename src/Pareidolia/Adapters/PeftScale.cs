using Pareidolia.Weights;

namespace Pareidolia.Adapters;

/// <summary>The scale of layers whose file says it once for all: what diffusers writes of PEFT's settings into a file's header.</summary>
/// <param name="Alpha">The alpha of a layer.</param>
/// <param name="ByRoot">Whether it goes over the root of the rank (https://arxiv.org/abs/2312.03732), not over the rank.</param>
internal sealed record PeftScale(double Alpha, bool ByRoot)
{
    private const string Key = "lora_adapter_metadata";

    private static readonly string[] s_parts = ["text_encoder_2", "text_encoder", "unet"];

    /// <summary>The scale at a rank.</summary>
    public double Of(int rank) => Alpha / (ByRoot ? Math.Sqrt(rank) : rank);

    /// <summary>Reads a file's header; null where it says nothing of a layer.</summary>
    public static PeftScale? Read(StoredWeights file, string layer)
    {
        if (!file.Metadata.TryGetValue(Key, out string? json)
            || s_parts.FirstOrDefault(part => layer.StartsWith($"{part}.", StringComparison.Ordinal)) is not string part)
            return null;
        JsonConfig settings = JsonConfig.Parse(json, file.Location);
        if (!settings.Has($"{part}.lora_alpha"))
            return null;
        JsonConfig? own = settings.Section($"{part}.alpha_pattern");
        string? pattern = own?.Keys.FirstOrDefault(key => layer.EndsWith($".{key}", StringComparison.Ordinal));
        double alpha = pattern is null ? settings.Double($"{part}.lora_alpha") : own!.Double(pattern);
        return new PeftScale(alpha, settings.Bool($"{part}.use_rslora", false));
    }
}
