using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>Enlarges by repeating pixels, then smooths by a 3x3 convolution; key <c>conv</c>.</summary>
internal sealed class Upsample2D(int channels, WeightScope weights)
{
    private readonly Conv2d _conv = new(channels, channels, 3, weights["conv"], Window.Square(1, 1));

    /// <summary>[b, h, w, c] to [b, height, width, c].</summary>
    public Tensor Forward(Tensor x, int height, int width)
    {
        using Scope scope = new();
        return scope.Keep(_conv.Forward(x.Interpolate(height, width, Interpolation.Nearest)));
    }

    /// <summary>[b, h, w, c] to [b, 2 h, 2 w, c].</summary>
    public Tensor Forward(Tensor x) => Forward(x, 2 * x.Shape[1], 2 * x.Shape[2]);

    /// <summary>The same of a picture in bands, which are released.</summary>
    public RowBands Forward(RowBands x) => x.Convolved(_conv, band => band.UpsampleNearest2x());
}
