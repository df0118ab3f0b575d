// ESRGAN, https://arxiv.org/abs/1809.00219; on folded pixels as in Real-ESRGAN, https://arxiv.org/abs/2107.10833
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Models;

/// <summary>The numbers of an <see cref="RrdbNet"/>. The defaults are those of ESRGAN and of Real-ESRGAN x4plus.</summary>
internal sealed record RrdbNetConfig
{
    /// <summary>Channels of the features.</summary>
    public int Features { get; init; } = 64;

    /// <summary>Channels that each convolution of a dense block adds.</summary>
    public int Growth { get; init; } = 32;

    /// <summary>Residual blocks, of three dense blocks each.</summary>
    public int Blocks { get; init; } = 23;

    /// <summary>How often the features are doubled in height and width.</summary>
    public int Doublings { get; init; } = 2;

    /// <summary>Side of the squares of pixels that are folded into channels first.</summary>
    public int Fold { get; init; } = 1;

    /// <summary>How many times larger height and width become.</summary>
    public int Scale => (1 << Doublings) / Fold;

    /// <summary>The config of weights under BasicSR's names, from their shapes.</summary>
    /// <exception cref="PareidoliaException">They are those of another network.</exception>
    public static RrdbNetConfig Infer(StoredWeights weights)
    {
        int inputs = Extent("conv_first.weight", 1), outputs = Extent("conv_last.weight", 0);
        int fold = inputs switch { 3 => 1, 12 => 2, 48 => 4, _ => 0 };
        if (fold == 0 || outputs != 3)
            throw new PareidoliaException(
                $"'{weights.Location}' reads {inputs} channels and gives {outputs}; pictures of 3, folded to 3, 12 or 48, can be enlarged here.");
        return new RrdbNetConfig
        {
            Features = Extent("conv_first.weight", 0),
            Growth = Extent("body.0.rdb1.conv1.weight", 0),
            Blocks = Counted.Times(i => weights.Has($"body.{i}.rdb1.conv1.weight")),
            Doublings = Counted.Times(i => weights.Has($"conv_up{i + 1}.weight")),
            Fold = fold,
        };

        int Extent(string name, int axis) => weights.Has(name) && weights.Entry(name).Shape is { Length: 4 } shape
            ? (int)shape[axis]
            : throw new PareidoliaException($"'{weights.Location}' is incomplete: it has no convolution '{name}' (as BasicSR calls it).");
    }
}

/// <summary>
/// Enlarges pictures: residual blocks of dense blocks at the small size, then doubling by repeated pixels and convolutions. Keys as in BasicSR:
/// <c>conv_first</c>, <c>body.N.rdb1.conv1</c> to <c>rdb3.conv5</c>, <c>conv_body</c>, <c>conv_up1</c> ..., <c>conv_hr</c>, <c>conv_last</c>.
/// </summary>
internal sealed class RrdbNet
{
    private const float ResidualScale = 0.2f;

    private readonly RrdbNetConfig _config;
    private readonly Conv2d _first;
    private readonly Func<Tensor, Tensor>[] _body;
    private readonly Conv2d _trunk;
    private readonly Func<Tensor, Tensor>[] _up;
    private readonly Conv2d _large;
    private readonly Conv2d _last;

    public RrdbNet(RrdbNetConfig config, WeightScope weights)
    {
        _config = config;
        int c = config.Features;
        _first = Conv(3 * config.Fold * config.Fold, c, weights["conv_first"]);
        _body = [.. Enumerable.Range(0, config.Blocks).Select(i => Block(weights["body"][i]))];
        _trunk = Conv(c, c, weights["conv_body"]);
        _up = [.. Enumerable.Range(1, config.Doublings).Select(i => Doubling(Conv(c, c, weights[$"conv_up{i}"])))];
        _large = Conv(c, c, weights["conv_hr"]);
        _last = Conv(c, 3, weights["conv_last"]);
    }

    /// <summary>Pixels [b, h, w, 3] in 0..1 to [b, h scale, w scale, 3], about 0..1.</summary>
    public Tensor Forward(Tensor pixels)
    {
        using Scope scope = new();
        (int h, int w) = (pixels.Shape[1], pixels.Shape[2]);
        Tensor first = _first.Forward(Folded(pixels));                                                  // [b, h / f, w / f, c]
        Tensor x = Steps.Run(_up, _trunk.Forward(Steps.Run(_body, first), residual: first));
        Tensor y = _last.Forward(_large.Forward(x).LeakyRelu());                                        // [b, h scale, w scale, 3], or a little more
        return scope.Keep(y.Slice(1, 0, h * _config.Scale).Slice(2, 0, w * _config.Scale));
    }

    private static Conv2d Conv(int inputs, int outputs, WeightScope at) => new(inputs, outputs, 3, at, Window.Square(1, 1));

    private static Func<Tensor, Tensor> Doubling(Conv2d conv) => x =>
    {
        using Scope scope = new();
        return scope.Keep(conv.Forward(x.UpsampleNearest2x()).LeakyRelu());
    };

    private Func<Tensor, Tensor> Block(WeightScope at)
    {
        Func<Tensor, Tensor>[] dense = [.. Enumerable.Range(1, 3).Select(i => Dense(at[$"rdb{i}"]))];
        return x => Added(Steps.Run(dense, x), x);
    }

    // Each convolution reads all that came before.
    private Func<Tensor, Tensor> Dense(WeightScope at)
    {
        (int c, int growth) = (_config.Features, _config.Growth);
        Conv2d[] convolutions = [.. Enumerable.Range(0, 5).Select(i => Conv(c + i * growth, i < 4 ? growth : c, at[$"conv{i + 1}"]))];
        return x =>
        {
            using Scope scope = new();
            Tensor seen = x;                                                                            // [b, h, w, c + i growth]
            foreach (Conv2d conv in convolutions[..^1])
                seen = Tensor.Concat(-1, seen, conv.Forward(seen).LeakyRelu());
            return scope.Keep(Added(convolutions[^1].Forward(seen), x));
        };
    }

    private static Tensor Added(Tensor residual, Tensor x)
    {
        using Scope scope = new();
        return scope.Keep(residual.Scale(ResidualScale) + x);
    }

    // Sides that do not divide are mirrored at the end first, as Real-ESRGAN does it.
    private Tensor Folded(Tensor pixels)
    {
        int fold = _config.Fold;
        return fold == 1 ? pixels : Filled(Filled(pixels, 1), 2).PixelUnshuffle(fold);

        Tensor Filled(Tensor x, int axis)
        {
            int missing = (fold - x.Shape[axis] % fold) % fold;
            return missing == 0 ? x : x.Pad(axis, 0, missing, x.Shape[axis] > missing ? PadMode.Reflect : PadMode.Replicate);
        }
    }
}
