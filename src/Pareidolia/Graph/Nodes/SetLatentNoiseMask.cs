using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>What of latents is painted anew.</summary>
internal sealed record SetLatentNoiseMask() : Node("SetLatentNoiseMask", "Set Latent Noise Mask", "latent/inpaint", "Says what of latents is painted anew: where the mask is white.")
{
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly Input<MaskValue> s_mask = Port.MaskIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_mask];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (LatentValue latent, MaskValue mask) = (inputs.Of(s_samples), inputs.Of(s_mask));
        return new NodeResult(latent with { Mask = mask.Count == latent.Count ? mask.Shares : mask.Shares.Slice(0, 0, 1) });
    }
}
