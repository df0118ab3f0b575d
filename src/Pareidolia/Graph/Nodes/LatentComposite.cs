using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents laid over others.</summary>
internal sealed record LatentComposite() : Node("LatentComposite", "Latent Composite", "latent", "Lays latents over others from a place in pixels on, fading in over some pixels.")
{
    private static readonly Input<LatentValue> s_to = Port.LatentIn("samples_to"), s_from = Port.LatentIn("samples_from");
    private static readonly WholeInput s_x = Port.Side("x", 0, 0, 8), s_y = Port.Side("y", 0, 0, 8), s_feather = Port.Side("feather", 0, 0, 8);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_to, s_from, s_x, s_y, s_feather];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (LatentValue to, Tensor from) = (inputs.Of(s_to), LatentSizes.Counted(inputs.Of(s_from).Samples, inputs.Of(s_to).Count));
        int Cells(WholeInput pixels) => inputs.Of(pixels) / to.Factor;
        return new NodeResult(to.With(Sampling.Cells.Pasted(to.Samples, from, Cells(s_x), Cells(s_y), Cells(s_feather))));
    }
}
