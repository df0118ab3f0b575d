using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>A transposed convolution over [b, h, w, c]; keys <c>weight</c> ([in, out, k, k] in checkpoints) and <c>bias</c> [out].</summary>
public sealed class ConvTranspose2d(int inputs, int outputs, int kernel, WeightScope weights, Window window, bool bias = true, Initializer? initializer = null)
{
    private readonly Tensor _weight = weights.GetMatrix("weight", [inputs, kernel, kernel, outputs], initializer ?? Initializer.FanIn, WeightLayout.ChannelsFirst);
    private readonly Tensor? _bias = bias ? weights.Get("bias", [outputs], Initializer.Zeros) : null;

    /// <summary>[b, h, w, in] to [b, (h - 1) stride - padding + kernel, .., out].</summary>
    public Tensor Forward(Tensor x) => x.ConvTranspose2d(_weight, _bias, window);
}
