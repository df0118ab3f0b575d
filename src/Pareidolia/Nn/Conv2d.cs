using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>A convolution over [b, h, w, c]; keys <c>weight</c> ([out, in, k, k] in checkpoints) and <c>bias</c> [out].</summary>
public sealed class Conv2d(int inputs, int outputs, int kernel, WeightScope weights, Window window, bool bias = true, Initializer? initializer = null)
{
    private readonly Tensor _weight = weights.GetMatrix("weight", [outputs, kernel, kernel, inputs / window.Groups], initializer ?? Initializer.FanIn, WeightLayout.ChannelsFirst);

    private readonly Tensor? _bias = bias
        ? weights.Get("bias", [outputs], initializer is null ? Initializer.FanInBias((long)inputs / window.Groups * kernel * kernel) : Initializer.Zeros)
        : null;

    /// <summary>[b, h, w, in] to [b, oh, ow, out], plus one row per image [b, out] and a residual of the output's shape.</summary>
    public Tensor Forward(Tensor x, Tensor? imageBias = null, Tensor? residual = null)
    {
        if (!WrappedEdges.Concern(window))
            return x.Conv2d(_weight, _bias, window, imageBias, residual);
        using Scope scope = new();
        (Tensor wider, Window unpadded) = WrappedEdges.Around(x, window);
        return scope.Keep(wider.Conv2d(_weight, _bias, unpadded, imageBias, residual));
    }

    /// <summary>Rows that an output reads above the first row of its stretch of the picture.</summary>
    internal int RowsAbove => window.Top;

    /// <summary>Rows that an output reads below the last row of its stretch.</summary>
    internal int RowsBelow => kernel - window.StrideH - window.Top;

    /// <summary>The same of a stretch of rows: what lies beyond is the picture's edge, or rows of <paramref name="x"/> themselves.</summary>
    internal Tensor ForwardRows(Tensor x, bool goesOnAbove, bool goesOnBelow, Tensor? residual)
    {
        Window open = window with { Top = goesOnAbove ? 0 : window.Top, Bottom = goesOnBelow ? 0 : window.Bottom };
        return x.Conv2d(_weight, _bias, open, residual: residual);
    }
}
