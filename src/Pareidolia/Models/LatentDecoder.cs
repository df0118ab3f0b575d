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
    private readonly Conv2d _convIn;
    private readonly UNetMidBlock _mid;
    private readonly List<Func<Tensor, Tensor>> _steps = [];
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    public LatentDecoder(AutoencoderKlConfig config, WeightScope weights)
    {
        IReadOnlyList<int> channels = config.BlockOutChannels;
        ResnetSettings settings = new(config.NormNumGroups, LatentEncoder.Eps);
        _convIn = new Conv2d(config.LatentChannels, channels[^1], 3, weights["conv_in"], Window.Square(1, 1));
        _mid = LatentEncoder.Mid(config, settings, weights["mid_block"]);
        for (int block = 0; block < channels.Count; block++)
            AddLevel(config, block, settings, weights["up_blocks"][block]);
        _normOut = new GroupNorm(config.NormNumGroups, channels[0], weights["conv_norm_out"], LatentEncoder.Eps, Activation.Silu);
        _convOut = new Conv2d(channels[0], config.OutChannels, 3, weights["conv_out"], Window.Square(1, 1));
    }

    /// <summary>[b, h, w, c] to [b, h f, w f, 3].</summary>
    public Tensor Forward(Tensor latent)
    {
        using Scope scope = new();
        Tensor x = _mid.Forward(_convIn.Forward(latent), new UNetSignals());                            // [b, h, w, cn]
        return scope.Keep(_convOut.Forward(_normOut.Forward(Steps.Run(_steps, x))));
    }

    private void AddLevel(AutoencoderKlConfig config, int block, ResnetSettings settings, WeightScope weights)
    {
        int level = config.BlockOutChannels.Count - 1 - block;
        int outputs = config.BlockOutChannels[level];
        for (int i = 0; i <= config.LayersPerBlock; i++)
        {
            int inputs = i == 0 ? config.BlockOutChannels[Math.Min(level + 1, config.BlockOutChannels.Count - 1)] : outputs;
            ResnetBlock2D resnet = new(inputs, outputs, settings, weights["resnets"][i]);
            _steps.Add(x => resnet.Forward(x));
        }
        if (level > 0)
            _steps.Add(new Upsample2D(outputs, weights["upsamplers"][0]).Forward);
    }
}
