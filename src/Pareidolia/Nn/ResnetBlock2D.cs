using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>What all residual blocks of a network share.</summary>
/// <param name="Groups">Groups of the norms.</param>
/// <param name="Eps">Epsilon of the norms.</param>
/// <param name="TimeChannels">Width of the time embedding; null for a block that knows no time (an autoencoder's).</param>
/// <param name="ScaleShift">The time scales and shifts the second norm (https://arxiv.org/abs/2105.05233) instead of being added before it.</param>
/// <param name="StartAsIdentity">A new block's second convolution begins at 0, so that deep networks begin as a shallow one.</param>
/// <param name="Activation">What follows the norms.</param>
internal sealed record ResnetSettings(
    int Groups, float Eps, int? TimeChannels = null, bool ScaleShift = false, bool StartAsIdentity = false, Activation Activation = Activation.Silu);

/// <summary>How a residual block changes the picture's size between its first norm and its first convolution.</summary>
internal enum Resizing
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Half of it: the mean of 2x2 pixels.</summary>
    Halve,

    /// <summary>Twice: each pixel four times.</summary>
    Double,
}

/// <summary>
/// Norm, SiLU, convolution twice, plus the input (https://arxiv.org/abs/1512.03385, in the order of https://arxiv.org/abs/1603.05027). Keys
/// <c>norm1</c>, <c>conv1</c>, <c>time_emb_proj</c>, <c>norm2</c>, <c>conv2</c>, and <c>conv_shortcut</c> where the channels change.
/// </summary>
internal sealed class ResnetBlock2D(int inputs, int outputs, ResnetSettings settings, WeightScope weights, Resizing resizing = Resizing.None)
{
    private readonly GroupNorm _norm1 = new(settings.Groups, inputs, weights["norm1"], settings.Eps, settings.Activation);
    private readonly Conv2d _conv1 = new(inputs, outputs, 3, weights["conv1"], Window.Square(1, 1));

    private readonly Linear? _timeProjection = settings.TimeChannels is int time
        ? new Linear(time, settings.ScaleShift ? 2 * outputs : outputs, weights["time_emb_proj"])
        : null;

    private readonly GroupNorm _norm2 = new(settings.Groups, outputs, weights["norm2"], settings.Eps, settings.Activation);

    private readonly Conv2d _conv2 = new(
        outputs, outputs, 3, weights["conv2"], Window.Square(1, 1), initializer: settings.StartAsIdentity ? Initializer.Zeros : null);

    private readonly Conv2d? _shortcut = inputs != outputs ? new Conv2d(inputs, outputs, 1, weights["conv_shortcut"], Window.Unit) : null;

    /// <summary>
    /// [b, h, w, inputs] to [b, h, w, outputs], or half or twice that size; time [b, width] comes with its activation done, since all blocks share it.
    /// </summary>
    public Tensor Forward(Tensor x, Tensor? time = null) => RecomputedBlocks.Run(() => Computed(x, time), x, time);

    /// <summary>The same without time, of a picture in bands, which are released.</summary>
    public RowBands Forward(RowBands x)
    {
        List<Tensor> shortcut = [];
        Tensor moments = x.Moments(_norm1.Groups);
        RowBands h = _shortcut is null
            ? x.Convolved(_conv1, band => _norm1.Forward(band, moments), kept: true)
            : x.Convolved(_conv1, band => _norm1.Forward(band, moments), beside: band => shortcut.Add(_shortcut.Forward(band)));
        Tensor inner = h.Moments(_norm2.Groups);
        return h.Convolved(_conv2, band => _norm2.Forward(band, inner), _shortcut is null ? x : new RowBands([.. shortcut]));
    }

    private Tensor Computed(Tensor x, Tensor? time)
    {
        using Scope scope = new();
        Tensor? row = time is null ? null : _timeProjection?.Forward(time);                             // [b, outputs], or twice that
        Tensor h = Resized(_norm1.Forward(x));
        x = Resized(x);
        h = _conv1.Forward(h, imageBias: settings.ScaleShift ? null : row).After(h);
        h = (settings.ScaleShift && row is not null ? _norm2.ForwardScaled(h, row) : _norm2.Forward(h)).After(h);   // [b, h, w, outputs]
        return scope.Keep(_conv2.Forward(h, residual: _shortcut?.Forward(x) ?? x));
    }

    private Tensor Resized(Tensor x) => resizing switch
    {
        Resizing.Halve => x.AvgPool2d(2, 2),
        Resizing.Double => x.Interpolate(2 * x.Shape[1], 2 * x.Shape[2], Interpolation.Nearest),
        _ => x,
    };
}
