using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>A mask of one shade.</summary>
internal sealed record SolidMask() : Node("SolidMask", "SolidMask", "mask", "A mask of one shade.")
{
    private static readonly NumberInput s_value = new("value", 1, 0, 1);
    private static readonly WholeInput s_width = Port.Side("width", 512), s_height = Port.Side("height", 512);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_value, s_width, s_height];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Mask];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (int width, int height) = (inputs.Of(s_width), inputs.Of(s_height));
        run.RequireRoom(1, width, height);
        return new NodeResult(new MaskValue(Tensor.Full([1, height, width, 1], inputs.Of(s_value), run.Device)));
    }
}
