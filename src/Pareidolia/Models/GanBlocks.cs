using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>A network that draws a picture from noise and the vector of a text: what the generators of all GANs here have in common.</summary>
public interface IConditionalGenerator
{
    /// <summary>Numbers of noise that a picture takes.</summary>
    int NoiseLength { get; }

    /// <summary>Length of a text's vector.</summary>
    int TextLength { get; }

    /// <summary>Height and width of a picture.</summary>
    int SampleSize { get; }

    /// <summary>Pictures [b, size, size, channels] in -1..1 of noise [b, <see cref="NoiseLength"/>] and texts [b, <see cref="TextLength"/>], as a trained model draws them.</summary>
    Tensor Generate(Tensor noise, Tensor text);
}

/// <summary>The start that the DCGAN paper gives to the weights of GANs (https://arxiv.org/abs/1511.06434).</summary>
internal static class GanStart
{
    public static Initializer Weights { get; } = Initializer.Normal(0.02f);

    /// <summary>How often a size halves until 4.</summary>
    /// <exception cref="PareidoliaException">It does not.</exception>
    public static int Levels(int size, string name)
    {
        int levels = 0;
        while (size > 4 && size % 2 == 0)
            (size, levels) = (size / 2, levels + 1);
        return size == 4 && levels > 0 ? levels : throw new PareidoliaException($"{name} is {size << levels}; 8, 16, 32, 64, 128 or another power of two is needed.");
    }

    /// <summary>
    /// Joins to features [b, h, w, c] one more channel that says how much they differ from picture to picture: a discriminator that sees it notices a
    /// generator that draws one picture again and again (https://arxiv.org/abs/1710.10196).
    /// </summary>
    public static Tensor WithDeviation(Tensor features)
    {
        using Scope scope = new();
        Shape shape = features.Shape;
        Tensor deviation = (features.Reshape(shape[0], -1).Variance(0, correction: 0) + 1e-8f).Sqrt().Mean();
        return scope.Keep(Tensor.Concat(3, features, deviation.Reshape(1, 1, 1, 1).BroadcastTo([shape[0], shape[1], shape[2], 1])));
    }

    /// <summary>Joins a vector [b, c] to every pixel of a picture [b, h, w, k].</summary>
    public static Tensor Joined(Tensor picture, Tensor vector)
    {
        Shape shape = picture.Shape;
        Tensor tiled = vector.Reshape(shape[0], 1, 1, vector.Shape[1]).BroadcastTo([shape[0], shape[1], shape[2], vector.Shape[1]]);
        return Tensor.Concat(3, picture, tiled);
    }
}

/// <summary>What a discriminator's convolution is: its window, and what keeps it in bounds.</summary>
/// <param name="Kernel">Height and width of the window.</param>
/// <param name="Stride">Its stride; the padding is 1.</param>
/// <param name="Spectral">Spectrally normalised instead of followed by batch norm.</param>
/// <param name="Normed">Followed by batch norm, unless spectral; the first of a discriminator is not.</param>
internal readonly record struct DownSettings(int Kernel, int Stride, bool Spectral, bool Normed);

/// <summary>
/// A discriminator's convolution, norm and leaky ReLU, at places n and n + 1 of a torch sequence: convolutions have no bias, as batch norm has one.
/// </summary>
internal sealed class DownBlock
{
    private readonly Conv2d? _conv;
    private readonly SpectralConv2d? _spectral;
    private readonly BatchNorm? _norm;

    public DownBlock(int inputs, int outputs, DownSettings settings, WeightScope sequence, int place)
    {
        Window window = Window.Square(settings.Stride, 1);
        if (settings.Spectral)
            _spectral = new SpectralConv2d(inputs, outputs, settings.Kernel, sequence[place], window);
        else
            _conv = new Conv2d(inputs, outputs, settings.Kernel, sequence[place], window, bias: false, GanStart.Weights);
        _norm = settings.Normed && !settings.Spectral ? new BatchNorm(outputs, sequence[place + 1]) : null;
    }

    /// <summary>What a discriminator's blocks see in pictures [b, h, w, c]: [b, 4, 4, f], and one channel more where it looks for <see cref="GanStart.WithDeviation"/>.</summary>
    public static Tensor Seen(IEnumerable<DownBlock> blocks, Tensor pictures, bool training, bool deviation)
    {
        using Scope scope = new();
        Tensor x = pictures;
        foreach (DownBlock block in blocks)
            x = block.Forward(x, training);
        return scope.Keep(deviation ? GanStart.WithDeviation(x) : x);
    }

    /// <summary>[b, h, w, in] to [b, h / stride, w / stride, out].</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        using Scope scope = new();
        Tensor h = _spectral?.Forward(x, training) ?? _conv!.Forward(x);
        return scope.Keep((_norm?.Forward(h, training) ?? h).LeakyRelu());
    }
}
