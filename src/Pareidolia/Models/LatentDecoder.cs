using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The half of an <see cref="AutoencoderKl"/> that makes pictures. Keys <c>conv_in</c>, <c>mid_block</c>, <c>up_blocks</c>,
/// <c>conv_norm_out</c>, <c>conv_out</c>.
/// </summary>
internal sealed class LatentDecoder
{
    private readonly LatentHalvesConfig _config;
    private readonly Conv2d _convIn;
    private readonly UNetMidBlock _mid;
    private readonly List<BandedLayer> _layers = [];
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    // Layers that always see the whole picture, and how often the others double it.
    private int _small;
    private int _doublings;

    public LatentDecoder(LatentHalvesConfig config, WeightScope weights)
    {
        _config = config;
        IReadOnlyList<int> channels = config.BlockOutChannels;
        ResnetSettings settings = new(config.NormNumGroups, LatentEncoder.Eps);
        _convIn = new Conv2d(config.LatentChannels, channels[^1], 3, weights["conv_in"], Window.Square(1, 1));
        _mid = LatentEncoder.Mid(config, settings, weights["mid_block"]);
        for (int block = 0; block < channels.Count; block++)
            AddLevel(config, block, settings, weights["up_blocks"][block]);
        _normOut = new GroupNorm(config.NormNumGroups, channels[0], weights["conv_norm_out"], LatentEncoder.Eps, Activation.Silu);
        _convOut = new Conv2d(channels[0], config.OutChannels, 3, weights["conv_out"], Window.Square(1, 1));
    }

    /// <summary>Channels of the widest layer at full size.</summary>
    public int Widest => _config.BlockOutChannels[Math.Min(1, _config.BlockOutChannels.Count - 1)];

    /// <summary>[b, h, w, c] to [b, h f, w f, 3].</summary>
    /// <param name="latent">The latent.</param>
    /// <param name="bandRows">Rows at full size of the bands of large layers, a multiple of <see cref="BandRows.Grid"/>; 0 for the whole picture at once.</param>
    public Tensor Forward(Tensor latent, int bandRows = 0)
    {
        using Scope scope = new();
        Tensor x = _mid.Forward(_convIn.Forward(latent), new UNetSignals());                            // [b, h, w, cn]
        return scope.Keep(bandRows == 0 ? Whole(x) : Banded(x, bandRows));
    }

    private Tensor Whole(Tensor x) => _convOut.Forward(_normOut.Forward(Steps.Run([.. _layers.Select(layer => layer.Whole)], x)));

    private Tensor Banded(Tensor x, int rows)
    {
        Tensor small = Steps.Run([.. _layers.Take(_small).Select(layer => layer.Whole)], x);
        RowBands bands = RowBands.Cut(small, rows >> _doublings);
        small.Dispose();
        foreach (BandedLayer layer in _layers.Skip(_small))
            bands = layer.Banded(bands);
        Tensor moments = bands.Moments(_config.NormNumGroups);
        return bands.Convolved(_convOut, band => _normOut.Forward(band, moments)).Joined();             // [b, h f, w f, 3]
    }

    private void AddLevel(LatentHalvesConfig config, int block, ResnetSettings settings, WeightScope weights)
    {
        int level = config.BlockOutChannels.Count - 1 - block;
        int outputs = config.BlockOutChannels[level];
        for (int i = 0; i <= config.LayersPerBlock; i++)
        {
            int inputs = i == 0 ? config.BlockOutChannels[Math.Min(level + 1, config.BlockOutChannels.Count - 1)] : outputs;
            ResnetBlock2D resnet = new(inputs, outputs, settings, weights["resnets"][i]);
            _layers.Add(new BandedLayer(x => resnet.Forward(x), resnet.Forward));
        }
        if (level >= BandRows.Levels)
            _small = _layers.Count;
        if (level == 0)
            return;
        Upsample2D upsampler = new(outputs, weights["upsamplers"][0]);
        _layers.Add(new BandedLayer(upsampler.Forward, upsampler.Forward));
        _doublings = Math.Min(BandRows.Levels, _doublings + 1);
    }
}
