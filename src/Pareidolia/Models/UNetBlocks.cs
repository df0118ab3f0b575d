// https://arxiv.org/abs/1505.04597, as diffusion models build it (https://arxiv.org/abs/2006.11239)
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>What every block of a UNet hears besides its input.</summary>
/// <param name="Time">The time embedding [b, width], its activation done; null in an autoencoder.</param>
/// <param name="Context">The text's tokens [b, m, d].</param>
/// <param name="ContextBias">Added to the scores of those tokens, [b, 1, 1, m].</param>
/// <param name="MidApart">Whether the pixels of the bottom do not look at each other.</param>
internal sealed record UNetSignals(Tensor? Time = null, Tensor? Context = null, Tensor? ContextBias = null, bool MidApart = false)
{
    /// <summary>Whether the pixels that hear this do not look at each other.</summary>
    public bool Apart { get; init; }

    /// <summary>What sees where the pixels of the bottom look; null for nothing.</summary>
    public BottomWatch? MidWatch { get; init; }

    /// <summary>How the way up weighs its two inputs, and the channels of the first level; null for as they are.</summary>
    public (SkipBalance Weights, int First)? Balance { get; init; }
}

/// <summary>Attention over the pixels [b, h, w, c], to the same shape.</summary>
internal delegate Tensor SpatialMixing(Tensor x, UNetSignals signals);

/// <summary>Extents of a block.</summary>
/// <param name="Inputs">Channels that come in from the level before (down) or from below (up).</param>
/// <param name="LastSkip">Channels of the last skip connection that it reads (up).</param>
/// <param name="Outputs">Channels that go out.</param>
/// <param name="Layers">Residual blocks.</param>
/// <param name="Resizes">Whether it ends with halving (down) or doubling (up) the picture.</param>
internal sealed record UNetBlockShape(int Inputs, int LastSkip, int Outputs, int Layers, bool Resizes)
{
    /// <summary>Whether a residual block does that, as in pixel cascades, and not a convolution.</summary>
    public bool ResizesInResnet { get; init; }

    /// <summary>The block of a level on the way down.</summary>
    public static UNetBlockShape Down(IReadOnlyList<int> channels, int level, int layers) =>
        new(channels[Math.Max(0, level - 1)], 0, channels[level], layers, level < channels.Count - 1);

    /// <summary>The block of a place on the way up, which has one layer more.</summary>
    public static UNetBlockShape Up(IReadOnlyList<int> channels, int block, int layers)
    {
        int level = channels.Count - 1 - block;
        return new(channels[Math.Min(level + 1, channels.Count - 1)], channels[Math.Max(0, level - 1)], channels[level], layers + 1, level > 0);
    }
}

/// <summary>The way down: residual blocks, attention after each, then half the size. Every result is also a skip connection.</summary>
internal sealed class UNetDownBlock
{
    private readonly ResnetBlock2D[] _resnets;
    private readonly SpatialMixing[]? _attentions;
    private readonly Func<Tensor, Tensor?, Tensor>? _downsampler;

    /// <summary>Builds at a place; <paramref name="attention"/> builds one attention at its place.</summary>
    public UNetDownBlock(
        UNetBlockShape shape, ResnetSettings settings, int padding, WeightScope weights, Func<WeightScope, SpatialMixing>? attention)
    {
        _resnets = new ResnetBlock2D[shape.Layers];
        _attentions = attention is null ? null : new SpatialMixing[shape.Layers];
        for (int i = 0; i < shape.Layers; i++)
        {
            _resnets[i] = new ResnetBlock2D(i == 0 ? shape.Inputs : shape.Outputs, shape.Outputs, settings, weights["resnets"][i]);
            _attentions?[i] = attention!(weights["attentions"][i]);
        }
        _downsampler = shape.Resizes ? Downsampler(shape, settings, padding, weights["downsamplers"][0]) : null;
    }

    /// <summary>[b, h, w, inputs] to [b, h or h / 2, w or w / 2, outputs]; the skip connections, which the caller's scope owns, are pushed.</summary>
    public Tensor Forward(Tensor x, UNetSignals signals, Stack<Tensor> skips)
    {
        for (int i = 0; i < _resnets.Length; i++)
            skips.Push(x = Layer(i, x, signals));                                                       // [b, h, w, outputs]
        if (_downsampler is not null)
            skips.Push(x = _downsampler(x, signals.Time));                                                    // [b, h / 2, w / 2, outputs]
        return x;
    }

    private static Func<Tensor, Tensor?, Tensor> Downsampler(UNetBlockShape shape, ResnetSettings settings, int padding, WeightScope weights)
    {
        if (shape.ResizesInResnet)
            return new ResnetBlock2D(shape.Outputs, shape.Outputs, settings, weights, Resizing.Halve).Forward;
        Downsample2D convolution = new(shape.Outputs, padding, weights);
        return (x, _) => convolution.Forward(x);
    }

    private Tensor Layer(int i, Tensor x, UNetSignals signals)
    {
        using Scope scope = new();
        Tensor h = _resnets[i].Forward(x, signals.Time);
        return scope.Keep(_attentions?[i](h, signals) ?? h);
    }
}

/// <summary>The bottom: residual block, attention, residual block.</summary>
internal sealed class UNetMidBlock(int channels, ResnetSettings settings, WeightScope weights, Func<WeightScope, SpatialMixing>? attention)
{
    private readonly ResnetBlock2D _first = new(channels, channels, settings, weights["resnets"][0]);
    private readonly SpatialMixing? _attention = attention?.Invoke(weights["attentions"][0]);
    private readonly ResnetBlock2D _second = new(channels, channels, settings, weights["resnets"][1]);

    /// <summary>[b, h, w, c] to the same shape.</summary>
    public Tensor Forward(Tensor x, UNetSignals signals)
    {
        using Scope scope = new();
        Tensor h = _first.Forward(x, signals.Time);
        using IDisposable? watching = signals.MidWatch?.Over(h);
        return scope.Keep(_second.Forward(_attention?.Invoke(h, signals with { Apart = signals.MidApart }) ?? h, signals.Time));
    }
}

/// <summary>The way up: each residual block reads a skip connection beside its input; attention after each, then the next skip's size.</summary>
internal sealed class UNetUpBlock
{
    private readonly ResnetBlock2D[] _resnets;
    private readonly SpatialMixing[]? _attentions;
    private readonly Func<Tensor, Tensor?, Tensor, Tensor>? _upsampler;

    /// <summary>Builds at a place; <paramref name="attention"/> builds one attention at its place.</summary>
    public UNetUpBlock(UNetBlockShape shape, ResnetSettings settings, WeightScope weights, Func<WeightScope, SpatialMixing>? attention)
    {
        _resnets = new ResnetBlock2D[shape.Layers];
        _attentions = attention is null ? null : new SpatialMixing[shape.Layers];
        for (int i = 0; i < shape.Layers; i++)
        {
            int below = i == 0 ? shape.Inputs : shape.Outputs;
            int skip = i == shape.Layers - 1 ? shape.LastSkip : shape.Outputs;
            _resnets[i] = new ResnetBlock2D(below + skip, shape.Outputs, settings, weights["resnets"][i]);
            _attentions?[i] = attention!(weights["attentions"][i]);
        }
        _upsampler = shape.Resizes ? Upsampler(shape, settings, weights["upsamplers"][0]) : null;
    }

    /// <summary>[b, h, w, inputs] to [b, h', w', outputs] of the next skip's extents; skips are popped and released.</summary>
    public Tensor Forward(Tensor x, UNetSignals signals, Stack<Tensor> skips)
    {
        using Scope scope = new();
        for (int i = 0; i < _resnets.Length; i++)
        {
            using Tensor skip = skips.Pop();
            Tensor next = Layer(i, x, skip, signals);                                                   // [b, h, w, outputs]
            x = i == 0 ? next : next.After(x);
        }
        return scope.Keep(_upsampler?.Invoke(x, signals.Time, skips.Peek()) ?? x);
    }

    private static Func<Tensor, Tensor?, Tensor, Tensor> Upsampler(UNetBlockShape shape, ResnetSettings settings, WeightScope weights)
    {
        if (shape.ResizesInResnet)
        {
            ResnetBlock2D resnet = new(shape.Outputs, shape.Outputs, settings, weights, Resizing.Double);
            return (x, time, _) => resnet.Forward(x, time);
        }
        Upsample2D convolution = new(shape.Outputs, weights);
        // A picture whose sides do not halve evenly grows to exactly what the way down saw.
        return (x, _, next) => convolution.Forward(x, next.Shape[1], next.Shape[2]);
    }

    private Tensor Layer(int i, Tensor x, Tensor skip, UNetSignals signals)
    {
        using Scope scope = new();
        if (signals.Balance is (SkipBalance balance, int first))
            (x, skip) = balance.Weigh(x, skip, first);
        Tensor h = _resnets[i].Forward(Tensor.Concat(-1, x, skip), signals.Time);
        return scope.Keep(_attentions?[i](h, signals) ?? h);
    }
}
