using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>Pictures enlarged by a network.</summary>
internal sealed record ImageUpscaleWithModel() : Node("ImageUpscaleWithModel", "Upscale Image (using Model)", "image/upscaling", "Enlarges pictures by a network, as many times as it was trained for.")
{
    private static readonly Input<UpscaleModelValue> s_model = new LinkInput<UpscaleModelValue>("upscale_model", Port.UpscaleModelType);
    private static readonly Input<ImageValue> s_image = Port.ImageIn();

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_image];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        PictureUpscaler upscaler = run.Models.Upscaler(inputs.Of(s_model).Path);
        ImageValue image = inputs.Of(s_image);
        run.RequireRoom(image.Count, (double)image.Width * upscaler.Scale, (double)image.Height * upscaler.Scale);
        Image[] images = image.ToImages();
        List<Tensor> large = [];
        foreach (Image small in images)
        {
            run.Cancelled.ThrowIfCancellationRequested();
            large.Add(ImageValue.Of(upscaler.Upscale(small), run.Device).Pixels);
            run.Progress(large.Count, images.Length, null);
        }
        return new NodeResult(new ImageValue(Tensor.Concat(0, [.. large])));
    }
}
