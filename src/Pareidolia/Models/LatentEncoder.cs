using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The half of an <see cref="AutoencoderKl"/> that makes moments of latents. Keys <c>conv_in</c>, <c>down_blocks</c>, <c>mid_block</c>,
/// <c>conv_norm_out</c>, <c>conv_out</c>.
/// </summary>
internal sealed class LatentEncoder
{
    internal const float Eps = 1e-6f;

    private readonly Conv2d _convIn;
    private readonly List<Func<Tensor, Tensor>> _steps = [];
    private readonly UNetMidBlock _mid;
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    public LatentEncoder(AutoencoderKlConfig config, WeightScope weights)
    {
        IReadOnlyList<int> channels = config.BlockOutChannels;
        ResnetSettings settings = new(config.NormNumGroups, Eps);
        _convIn = new Conv2d(config.InChannels, channels[0], 3, weights["conv_in"], Window.Square(1, 1));
        for (int level = 0; level < channels.Count; level++)
            AddLevel(config, level, settings, weights["down_blocks"][level]);
        _mid = Mid(config, settings, weights["mid_block"]);
        _normOut = new GroupNorm(config.NormNumGroups, channels[^1], weights["conv_norm_out"], Eps, Activation.Silu);
        _convOut = new Conv2d(channels[^1], 2 * config.LatentChannels, 3, weights["conv_out"], Window.Square(1, 1));
    }

    /// <summary>[b, h, w, 3] to [b, h / f, w / f, 2 c]: means, then logarithms of variances.</summary>
    public Tensor Forward(Tensor pixels)
    {
        using Scope scope = new();
        Tensor x = Steps.Run(_steps, _convIn.Forward(pixels));                                          // [b, h / f, w / f, cn]
        return scope.Keep(_convOut.Forward(_normOut.Forward(_mid.Forward(x, new UNetSignals()))));
    }

    internal static UNetMidBlock Mid(AutoencoderKlConfig config, ResnetSettings settings, WeightScope weights)
    {
        int channels = config.BlockOutChannels[^1];
        return new UNetMidBlock(channels, settings, weights, config.MidBlockAddAttention ? Attention : null);

        SpatialMixing Attention(WeightScope at)
        {
            SpatialAttention attention = new(channels, heads: 1, config.NormNumGroups, Eps, at);
            return (x, _) => attention.Forward(x);
        }
    }

    private void AddLevel(AutoencoderKlConfig config, int level, ResnetSettings settings, WeightScope weights)
    {
        int outputs = config.BlockOutChannels[level];
        for (int i = 0; i < config.LayersPerBlock; i++)
        {
            int inputs = i == 0 ? config.BlockOutChannels[Math.Max(0, level - 1)] : outputs;
            ResnetBlock2D resnet = new(inputs, outputs, settings, weights["resnets"][i]);
            _steps.Add(x => resnet.Forward(x));
        }
        if (level < config.BlockOutChannels.Count - 1)
            _steps.Add(new Downsample2D(outputs, padding: 0, weights["downsamplers"][0]).Forward);
    }
}
