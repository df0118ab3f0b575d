using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Nodes;

/// <summary>One picture over another.</summary>
internal sealed record ImageBlend() : Node("ImageBlend", "Image Blend", "image/postprocessing", "Lays a picture over another in a way of mixing.")
{
    private static readonly Input<ImageValue> s_first = Port.ImageIn("image1"), s_second = Port.ImageIn("image2");
    private static readonly NumberInput s_share = new("blend_factor", 0.5, 0, 1);
    private static readonly ChoiceInput s_mode = new("blend_mode", "normal", "multiply", "screen", "overlay", "soft_light", "difference");

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second, s_share, s_mode];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Image];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ImageValue first, ImageValue second, float share) = (inputs.Of(s_first), inputs.Of(s_second), (float)inputs.Of(s_share));
        Tensor under = first.Pixels.Affine(0.5f, 0.5f);
        Tensor over = LatentSizes.Counted(LatentSizes.Like(second.Pixels, first.Pixels, "bicubic"), first.Count).Affine(0.5f, 0.5f);
        Tensor mixed = Mixed(under, over.BroadcastTo(under.Shape), inputs.Of(s_mode));
        return new NodeResult(new ImageValue((under.Scale(1 - share) + mixed.Scale(share)).Clamp(0, 1).Affine(2, -1)));
    }

    private static Tensor Mixed(Tensor under, Tensor over, string mode)
    {
        float[] a = under.ToArray(), b = over.ToArray();
        for (int i = 0; i < a.Length; i++)
            b[i] = mode switch
            {
                "multiply" => a[i] * b[i],
                "screen" => 1 - ((1 - a[i]) * (1 - b[i])),
                "overlay" => a[i] <= 0.5f ? 2 * a[i] * b[i] : 1 - (2 * (1 - a[i]) * (1 - b[i])),
                "soft_light" => b[i] <= 0.5f ? a[i] - ((1 - (2 * b[i])) * a[i] * (1 - a[i])) : a[i] + (((2 * b[i]) - 1) * (Softened(a[i]) - a[i])),
                "difference" => a[i] - b[i],
                _ => b[i],
            };
        return Tensor.From(b, under.Shape, under.Device);
    }

    private static float Softened(float value) => value <= 0.25f ? ((((16 * value) - 12) * value) + 4) * value : MathF.Sqrt(value);
}
