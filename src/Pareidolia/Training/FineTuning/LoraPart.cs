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
    /// <summary>A UNet.</summary>
    public static LoraPart UNet(WeightStore weights, IReadOnlyList<string> targets) => new(weights, targets, "", "lora_unet_", "unet.");

    /// <summary>Its text encoder.</summary>
    public static LoraPart TextEncoder(WeightStore weights, IReadOnlyList<string> targets) => new(weights, targets, "text_encoder.", "lora_te_", "text_encoder.");

    /// <summary>The linear layers that are changed, with their matrices [out, in].</summary>
    /// <exception cref="PareidoliaException">No layer has such a name.</exception>
    public IReadOnlyList<(string Layer, Tensor Weight)> Layers()
    {
        (string, Tensor)[] layers = [.. Weights.Parameters.Where(parameter => parameter.Tensor.Rank == 2 && IsTarget(parameter.Name))
            .Select(parameter => (parameter.Name[..^".weight".Length], parameter.Tensor))];
        return layers.Length > 0 ? layers
            : throw new PareidoliaException($"The network has no linear layers named {string.Join(", ", Targets)}: targets are ends of their names, such as {Usual}.");
    }

    private string Usual => Place.Length == 0 ? "to_q" : "q_proj";

    private bool IsTarget(string name) => Targets.Any(target => name.EndsWith($".{target}.weight", StringComparison.Ordinal));
}
