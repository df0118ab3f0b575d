using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents between two.</summary>
internal sealed record LatentBlend() : Node("LatentBlend", "Latent Blend", "_for_testing", "Mixes two latents.")
{
    private static readonly Input<LatentValue> s_first = Port.LatentIn("samples1"), s_second = Port.LatentIn("samples2");
    private static readonly NumberInput s_share = new("blend_factor", 0.5, 0, 1) { Tooltip = "The share of samples1." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second, s_share];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (LatentValue first, float share) = (inputs.Of(s_first), (float)inputs.Of(s_share));
        Tensor second = LatentSizes.Counted(LatentSizes.Like(inputs.Of(s_second).Samples, first.Samples, "bicubic"), first.Count);
        return new NodeResult(first.With(first.Samples.Scale(share) + second.Scale(1 - share)));
    }
}
