// The compact network of Real-ESRGAN, https://arxiv.org/abs/2107.10833
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Models;

/// <summary>The numbers of an <see cref="SrvggNetCompact"/>.</summary>
/// <param name="Features">Channels of the features.</param>
/// <param name="Layers">Convolutions between the first and the last.</param>
/// <param name="Scale">How many times larger height and width become.</param>
internal sealed record SrvggNetCompactConfig(int Features = 64, int Layers = 16, int Scale = 4)
{
    /// <summary>The config of weights, from their shapes.</summary>
    /// <exception cref="PareidoliaException">They are those of another network.</exception>
    public static SrvggNetCompactConfig Infer(StoredWeights weights)
    {
        int convolutions = Counted.Times(i => weights.Has($"body.{2 * i}.weight"));
        long[] first = weights.Entry("body.0.weight").Shape, last = weights.Entry($"body.{2 * (convolutions - 1)}.weight").Shape;
        int scale = (int)Math.Sqrt(last[0] / 3.0);
        if (convolutions < 2 || first is not [_, 3, 3, 3] || 3 * scale * scale != last[0])
            throw new PareidoliaException($"'{weights.Location}' is no compact upscaler of pictures with 3 channels: its first convolution is "
                + $"[{string.Join(", ", first)}], its last [{string.Join(", ", last)}].");
        return new SrvggNetCompactConfig((int)first[0], convolutions - 2, scale);
    }
}

/// <summary>
/// Enlarges pictures fast: repeated pixels plus what a stack of convolutions at the small size gives. Keys <c>body.N</c>: convolutions at even
/// numbers, the slopes of PReLU (https://arxiv.org/abs/1502.01852) at odd ones.
/// </summary>
internal sealed class SrvggNetCompact
{
    private readonly SrvggNetCompactConfig _config;
    private readonly (Conv2d Conv, Tensor Slope)[] _layers;
    private readonly Conv2d _last;

    public SrvggNetCompact(SrvggNetCompactConfig config, WeightScope weights)
    {
        _config = config;
        (WeightScope body, int c) = (weights["body"], config.Features);
        _layers = [.. Enumerable.Range(0, config.Layers + 1).Select(i => (
            new Conv2d(i == 0 ? 3 : c, c, 3, body[2 * i], Window.Square(1, 1)),
            body[2 * i + 1].Get("weight", [c], Initializer.Constant(0.25f))))];
        _last = new Conv2d(c, 3 * config.Scale * config.Scale, 3, body[2 * config.Layers + 2], Window.Square(1, 1));
    }

    /// <summary>Pixels [b, h, w, 3] in 0..1 to [b, h scale, w scale, 3], about 0..1.</summary>
    public Tensor Forward(Tensor pixels)
    {
        using Scope scope = new();
        Func<Tensor, Tensor>[] layers = [.. _layers.Select(layer => (Func<Tensor, Tensor>)(x => Layer(layer.Conv, layer.Slope, x)))];
        Tensor missing = _last.Forward(Steps.Run(layers, pixels)).PixelShuffle(_config.Scale);          // [b, h scale, w scale, 3]
        return scope.Keep(missing + pixels.Interpolate(missing.Shape[1], missing.Shape[2], Interpolation.Nearest));
    }

    private static Tensor Layer(Conv2d conv, Tensor slope, Tensor x)
    {
        using Scope scope = new();
        Tensor y = conv.Forward(x), positive = y.Relu();
        return scope.Keep(positive + ((y - positive) * slope));
    }
}
