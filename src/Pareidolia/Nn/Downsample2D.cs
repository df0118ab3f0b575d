using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Halves height and width by a 3x3 convolution of stride 2; key <c>conv</c>. Padding 1 pads all sides; padding 0 pads one row below and one
/// column to the right, as autoencoders and the first DDPM do.
/// </summary>
internal sealed class Downsample2D(int channels, int padding, WeightScope weights)
{
    private readonly Conv2d _conv = new(
        channels, channels, 3, weights["conv"], padding == 0 ? new Window(2, 2, Bottom: 1, Right: 1) : Window.Square(2, padding));

    /// <summary>[b, h, w, c] to [b, h / 2, w / 2, c], rounded up where padding is 1.</summary>
    public Tensor Forward(Tensor x) => _conv.Forward(x);

    /// <summary>The same of a picture in bands of even numbers of rows, which are released.</summary>
    public RowBands Forward(RowBands x) => x.Convolved(_conv, band => band);
}
