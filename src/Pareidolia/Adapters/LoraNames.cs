using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Adapters;

/// <summary>A parameter of a model that a LoRA may change.</summary>
/// <param name="Owner">The store that owns it.</param>
/// <param name="Parameter">The parameter.</param>
/// <param name="IsText">Whether it belongs to a text encoder.</param>
internal sealed record LoraTarget(WeightStore Owner, Parameter Parameter, bool IsText);

/// <summary>
/// The names that LoRA files have for a model's layers: kohya's (<c>lora_unet_</c>, <c>lora_te_</c>, <c>lora_te1_</c>, <c>lora_te2_</c> and
/// underscores, with diffusers' or the original code's own names behind), and those of PEFT and diffusers (<c>unet.</c>, <c>text_encoder.</c>).
/// </summary>
internal sealed class LoraNames
{
    private static readonly string[] s_unetPrefixes = ["unet.", "diffusion_model.", "lora_unet_", "lycoris_", ""];

    private static readonly string[][] s_textPrefixes =
    [
        ["text_encoder.", "lora_te_", "lora_te1_", "clip_l.transformer.", "lora_prior_te_"],
        ["text_encoder_2.", "lora_te2_", "clip_g.transformer."],
    ];

    private readonly Dictionary<string, LoraTarget> _targets = [];

    /// <summary>Learns the layers of a UNet, null for none, and of its text encoders, null where SDXL's first or second is not there.</summary>
    public LoraNames(WeightStore? unet, IReadOnlyList<WeightStore?> text)
    {
        if (unet is not null)
            AddUNet(unet);
        for (int i = 0; i < text.Count; i++)
            if (text[i] is WeightStore store)
                foreach (Parameter parameter in store.Parameters)
                    Add(s_textPrefixes[i], parameter.Name, new LoraTarget(store, parameter, IsText: true));
    }

    /// <summary>The parameter of a layer, such as its <c>weight</c>; null where the model has no such layer.</summary>
    public LoraTarget? Find(string layer, string parameter) => _targets.GetValueOrDefault($"{Plain(layer)}_{parameter}");

    // Underscores and points alike: kohya's names have underscores alone.
    private static string Plain(string name) => name.Replace('.', '_');

    private void AddUNet(WeightStore unet)
    {
        Dictionary<string, LoraTarget> byName = unet.Parameters.ToDictionary(parameter => parameter.Name, parameter => new LoraTarget(unet, parameter, false));
        IReadOnlyList<int> layers = UNetKeys.LayersOfDiffusers(byName.ContainsKey);
        KeyMap map = UNetKeys.Map(layers, UNetKeys.AttentionOfDiffusers(layers, byName.ContainsKey));
        foreach ((string original, TensorView view) in map.ToOriginal(byName.Keys))
            Add(s_unetPrefixes, original, byName[view.Sources[0]]);
        foreach ((string name, LoraTarget target) in byName)
            Add(s_unetPrefixes, name, target);
    }

    private void Add(string[] prefixes, string name, LoraTarget target)
    {
        foreach (string prefix in prefixes)
            _targets[Plain(prefix + name)] = target;
    }
}
