using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Divides a weight by its largest singular value, so that a discriminator cannot grow steep (https://arxiv.org/abs/1802.05957). The value is
/// followed by power iteration, one turn in each training pass; key <c>weight_u</c> [out], a buffer.
/// </summary>
/// <param name="weight">The weight [out, ..].</param>
/// <param name="weights">Its place in the store.</param>
internal sealed class SpectralNorm(Tensor weight, WeightScope weights)
{
    private readonly Tensor _u = weights.Get("weight_u", [weight.Shape[0]], Initializer.Normal(1), trained: false);

    /// <summary>The weight over its largest singular value; gradients flow to the weight.   sigma = u W v</summary>
    public Tensor Weight(bool training)
    {
        using Scope scope = new();
        Tensor matrix = weight.Reshape(weight.Shape[0], -1);                            // [out, k]
        (Tensor u, Tensor v) = Turn(matrix, training);
        Tensor sigma = u.MatMul(matrix).MatMul(v, transposeOther: true);                // [1, 1]
        return scope.Keep((matrix / sigma).Reshape([.. weight.Shape]));
    }

    // One turn of the power iteration: the singular vectors [1, out] and [1, k].
    private (Tensor U, Tensor V) Turn(Tensor matrix, bool training)
    {
        using IDisposable pause = Tape.Pause();
        Tensor v = _u.Reshape(1, -1).MatMul(matrix).L2Normalize();
        Tensor u = v.MatMul(matrix, transposeOther: true).L2Normalize();
        if (training)
            _u.CopyFrom(u.Reshape(-1));
        return (u, v);
    }
}

/// <summary>A convolution whose weight is <see cref="SpectralNorm">spectrally normalised</see>; keys <c>weight</c>, <c>weight_u</c>, <c>bias</c>.</summary>
public sealed class SpectralConv2d
{
    private readonly SpectralNorm _norm;
    private readonly Tensor? _bias;
    private readonly Window _window;

    /// <summary>Builds at a place in a store.</summary>
    public SpectralConv2d(int inputs, int outputs, int kernel, WeightScope weights, Window window, bool bias = true)
    {
        Tensor weight = weights.Get("weight", [outputs, kernel, kernel, inputs], Initializer.Normal(0.02f), WeightLayout.ChannelsFirst);
        _norm = new SpectralNorm(weight, weights);
        _bias = bias ? weights.Get("bias", [outputs], Initializer.Zeros) : null;
        _window = window;
    }

    /// <summary>[b, h, w, in] to [b, oh, ow, out].</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        using Scope scope = new();
        return scope.Keep(x.Conv2d(_norm.Weight(training), _bias, _window));
    }
}

/// <summary>A linear layer whose weight is <see cref="SpectralNorm">spectrally normalised</see>; keys <c>weight</c>, <c>weight_u</c>, <c>bias</c>.</summary>
public sealed class SpectralLinear
{
    private readonly SpectralNorm _norm;
    private readonly Tensor _bias;

    /// <summary>Builds at a place in a store.</summary>
    public SpectralLinear(int inputs, int outputs, WeightScope weights)
    {
        _norm = new SpectralNorm(weights.Get("weight", [outputs, inputs], Initializer.Normal(0.02f)), weights);
        _bias = weights.Get("bias", [outputs], Initializer.Zeros);
    }

    /// <summary>[.., in] to [.., out].</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        using Scope scope = new();
        return scope.Keep(x.Linear(_norm.Weight(training), _bias));
    }
}
