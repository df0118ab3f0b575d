using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Pictures that are still to be drawn.</summary>
internal sealed record EmptyLatentImage() : Node("EmptyLatentImage", "Empty Latent Image", "latent", "Latents of zeros: what a picture is drawn from when it starts from noise alone.")
{
    private const int Cell = 8;

    private static readonly WholeInput s_width = Port.Side("width", 512, 16, 8), s_height = Port.Side("height", 512, 16, 8);
    private static readonly WholeInput s_count = new("batch_size", 1, 1, 4096) { Tooltip = "The number of pictures." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_width, s_height, s_count];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (int width, int height) = (inputs.Of(s_width), inputs.Of(s_height));
        run.RequireRoom(inputs.Of(s_count), width, height);
        Tensor zeros = Tensor.Zeros([inputs.Of(s_count), height / Cell, width / Cell, 4], run.Device);
        return new NodeResult(new LatentValue(zeros) { Blank = (width, height) });
    }
}
