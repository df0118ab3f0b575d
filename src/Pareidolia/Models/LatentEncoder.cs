using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The half of an <see cref="AutoencoderKl"/> that makes moments of latents, and of a <see cref="VqModel"/> that makes latents. Keys <c>conv_in</c>, <c>down_blocks</c>, <c>mid_block</c>,
/// <c>conv_norm_out</c>, <c>conv_out</c>.
/// </summary>
internal sealed class LatentEncoder
{
    internal const float Eps = 1e-6f;

    private readonly Conv2d _convIn;
    private readonly List<BandedLayer> _layers = [];
    private readonly UNetMidBlock _mid;
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    // Layers that may see the picture in bands.
    private int _large;

    public LatentEncoder(LatentHalvesConfig config, int outputs, WeightScope weights)
    {
        IReadOnlyList<int> channels = config.BlockOutChannels;
        ResnetSettings settings = new(config.NormNumGroups, Eps);
        _convIn = new Conv2d(config.InChannels, channels[0], 3, weights["conv_in"], Window.Square(1, 1));
        for (int level = 0; level < channels.Count; level++)
            AddLevel(config, level, settings, weights["down_blocks"][level]);
        _mid = Mid(config, settings, weights["mid_block"]);
        _normOut = new GroupNorm(config.NormNumGroups, channels[^1], weights["conv_norm_out"], Eps, Activation.Silu);
        _convOut = new Conv2d(channels[^1], outputs, 3, weights["conv_out"], Window.Square(1, 1));
    }

    /// <summary>[b, h, w, 3] to [b, h / f, w / f, outputs].</summary>
    /// <param name="pixels">The pictures.</param>
    /// <param name="bandRows">Rows at full size of the bands of large layers, a multiple of <see cref="BandRows.Grid"/>; 0 for the whole picture at once.</param>
    public Tensor Forward(Tensor pixels, int bandRows = 0)
    {
        using Scope scope = new();
        Tensor x = bandRows == 0                                                                        // [b, h / f, w / f, cn]
            ? Steps.Run([.. _layers.Select(layer => layer.Whole)], _convIn.Forward(pixels))
            : Steps.Run([.. _layers.Skip(_large).Select(layer => layer.Whole)], Banded(pixels, bandRows));
        return scope.Keep(_convOut.Forward(_normOut.Forward(_mid.Forward(x, new UNetSignals()))));
    }

    private Tensor Banded(Tensor pixels, int rows)
    {
        RowBands bands = RowBands.Cut(pixels, rows).Convolved(_convIn, band => band);
        foreach (BandedLayer layer in _layers.Take(_large))
            bands = layer.Banded(bands);
        return bands.Joined();
    }

    internal static UNetMidBlock Mid(LatentHalvesConfig config, ResnetSettings settings, WeightScope weights)
    {
        int channels = config.BlockOutChannels[^1];
        return new UNetMidBlock(channels, settings, weights, config.MidBlockAddAttention ? Attention : null);

        SpatialMixing Attention(WeightScope at)
        {
            SpatialAttention attention = new(channels, heads: 1, config.NormNumGroups, Eps, at);
            return (x, _) => attention.Forward(x);
        }
    }

    private void AddLevel(LatentHalvesConfig config, int level, ResnetSettings settings, WeightScope weights)
    {
        int outputs = config.BlockOutChannels[level];
        for (int i = 0; i < config.LayersPerBlock; i++)
        {
            int inputs = i == 0 ? config.BlockOutChannels[Math.Max(0, level - 1)] : outputs;
            ResnetBlock2D resnet = new(inputs, outputs, settings, weights["resnets"][i]);
            _layers.Add(new BandedLayer(x => resnet.Forward(x), resnet.Forward));
        }
        if (level < config.BlockOutChannels.Count - 1)
        {
            Downsample2D downsampler = new(outputs, padding: 0, weights["downsamplers"][0]);
            _layers.Add(new BandedLayer(downsampler.Forward, downsampler.Forward));
        }
        if (level < BandRows.Levels)
            _large = _layers.Count;
    }
}
