using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Training.FineTuning;

/// <summary>A network of a model that a LoRA changes, and how files call it.</summary>
/// <param name="Weights">The network's parameters.</param>
/// <param name="Targets">Ends of the names of the layers that are changed, such as <c>to_q</c>.</param>
/// <param name="Place">Where its factors are kept, before a layer's name.</param>
/// <param name="Kohya">What the names of kohya's trainer begin with.</param>
/// <param name="Peft">What the names of PEFT and diffusers begin with.</param>
internal sealed record LoraPart(WeightStore Weights, IReadOnlyList<string> Targets, string Place, string Kohya, string Peft)
{
    private static readonly string[] s_attention = ["to_q", "to_k", "to_v", "to_out.0"];
    private static readonly string[] s_textAttention = ["q_proj", "k_proj", "v_proj", "out_proj"];

    /// <summary>A UNet, and what a recipe's <c>targets</c> name of it.</summary>
    public static LoraPart UNet(WeightStore weights, JsonConfig recipe) =>
        new(weights, recipe.Texts("targets", s_attention), "", "lora_unet_", "unet.");

    /// <summary>Its text encoder, and what a recipe's <c>text_targets</c> name of it.</summary>
    public static LoraPart TextEncoder(WeightStore weights, JsonConfig recipe) =>
        new(weights, recipe.Texts("text_targets", s_textAttention), "text_encoder.", "lora_te_", "text_encoder.");

    /// <summary>The linear layers that are changed, with their matrices [out, in].</summary>
    /// <exception cref="PareidoliaException">No layer has such a name.</exception>
    public IReadOnlyList<(string Layer, Tensor Weight)> Layers()
    {
        (string, Tensor)[] layers = [.. Weights.Parameters.Where(parameter => parameter.Tensor.Rank == 2 && IsTarget(parameter.Name))
            .Select(parameter => (parameter.Name[..^".weight".Length], parameter.Tensor))];
        return layers.Length > 0 ? layers
            : throw new PareidoliaException($"The network has no linear layers named {string.Join(", ", Targets)}: \"targets\" are ends of the names of a UNet's layers, such as to_q, \"text_targets\" of a text encoder's, such as q_proj.");
    }

    private bool IsTarget(string name) => Targets.Any(target => name.EndsWith($".{target}.weight", StringComparison.Ordinal));
}
