// Image-to-Image Translation with Conditional Adversarial Networks, https://arxiv.org/abs/1611.07004
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Judges every patch of a picture beside what it was made from: three strided convolutions, then a score for each 8x8 pixels. Spectrally normalised.
/// Keys <c>main.N</c> and <c>out</c>.
/// </summary>
public sealed class PatchDiscriminator
{
    private const int Halvings = 3;
    private readonly DownBlock[] _blocks;
    private readonly SpectralConv2d _out;

    /// <summary>Builds at a place in a store.</summary>
    /// <param name="inputs">Channels of a picture and of what it was made from, together.</param>
    /// <param name="channels">Of the first layer; each further one has twice as many.</param>
    /// <param name="weights">Its place.</param>
    public PatchDiscriminator(int inputs, int channels, WeightScope weights)
    {
        DownSettings halving = new(Kernel: 4, Stride: 2, Spectral: true, Normed: false);
        _blocks = [.. Enumerable.Range(0, Halvings).Select(i => new DownBlock(i == 0 ? inputs : channels << (i - 1), channels << i, halving, weights["main"], i))];
        _out = new SpectralConv2d(channels << (Halvings - 1), 1, 3, weights["out"], Window.Square(1, 1));
    }

    /// <summary>Pictures and what they were made from [b, h, w, inputs] to scores [b, h / 8, w / 8, 1], high for real ones.</summary>
    public Tensor Forward(Tensor pictures)
    {
        using Scope scope = new();
        Tensor x = pictures;
        foreach (DownBlock block in _blocks)
            x = block.Forward(x, training: true);
        return scope.Keep(_out.Forward(x, training: true));
    }
}
