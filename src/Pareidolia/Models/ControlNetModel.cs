// Adding Conditional Control to Text-to-Image Diffusion Models, https://arxiv.org/abs/2302.05543
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>What a ControlNet adds to a UNet: to each skip connection, and to the bottom.</summary>
/// <param name="Down">[b, h', w', c'] each, in the order of the way down.</param>
/// <param name="Mid">[b, h', w', c'].</param>
internal sealed record ControlResiduals(IReadOnlyList<Tensor> Down, Tensor Mid)
{
    /// <summary>What two of them add together.</summary>
    public static ControlResiduals operator +(ControlResiduals a, ControlResiduals b) => new([.. a.Down.Zip(b.Down, (x, y) => x + y)], a.Mid + b.Mid);
}

/// <summary>
/// A copy of a UNet's first half that also looks at a picture (edges, depth, a pose) and speaks through convolutions that began at 0. Keys are
/// those of diffusers' class of this name, its config is the UNet's.
/// </summary>
internal sealed class ControlNetModel
{
    private readonly UNetDescent _descent;
    private readonly Conv2d _hintIn;
    private readonly Conv2d[] _hintBlocks;
    private readonly Conv2d _hintOut;
    private readonly Conv2d[] _downOut;
    private readonly Conv2d _midOut;

    /// <summary>Builds the network at a place in a store.</summary>
    /// <param name="config">The UNet's numbers; those of the way up are not read.</param>
    /// <param name="hintChannels">Channels of the layers that look at the picture; each step halves it.</param>
    /// <param name="weights">The place.</param>
    public ControlNetModel(UNet2DConditionConfig config, IReadOnlyList<int> hintChannels, WeightScope weights)
    {
        IReadOnlyList<int> channels = config.BlockOutChannels;
        InChannels = config.InChannels;
        HintFactor = 1 << (hintChannels.Count - 1);
        _descent = new UNetDescent(config, UNetDescent.Resnets(config), weights);
        WeightScope hint = weights["controlnet_cond_embedding"];
        _hintIn = new Conv2d(3, hintChannels[0], 3, hint["conv_in"], Window.Square(1, 1));
        _hintBlocks = [.. Enumerable.Range(0, 2 * (hintChannels.Count - 1)).Select(i => HintBlock(i, hintChannels, hint["blocks"][i]))];
        _hintOut = new Conv2d(hintChannels[^1], channels[0], 3, hint["conv_out"], Window.Square(1, 1), initializer: Initializer.Zeros);
        int[] skips = [channels[0], .. channels.SelectMany((count, level) =>
            Enumerable.Repeat(count, config.LayersPerBlock[level] + (level < channels.Count - 1 ? 1 : 0)))];
        _downOut = [.. skips.Select((count, i) => ZeroConvolution(count, weights["controlnet_down_blocks"][i]))];
        _midOut = ZeroConvolution(channels[^1], weights["controlnet_mid_block"]);
    }

    /// <summary>Channels of the samples that it hears.</summary>
    public int InChannels { get; }

    /// <summary>Pixels of its picture for each cell of the latent, in each direction.</summary>
    public int HintFactor { get; }

    /// <summary>What it sees in pictures [b, f h, f w, 3] of 0..1: [b, h, w, c0]. It does not depend on the step.</summary>
    public Tensor See(Tensor picture)
    {
        using Scope scope = new();
        Tensor x = _hintIn.Forward(picture).Silu();
        foreach (Conv2d block in _hintBlocks)
            x = block.Forward(x).Silu();
        return scope.Keep(_hintOut.Forward(x));
    }

    /// <summary>What it adds to the UNet, which hears the same sample, times and texts.</summary>
    /// <param name="sample">[b, h, w, in].</param>
    /// <param name="timesteps">One for each picture, or one for all.</param>
    /// <param name="context">The texts' tokens [b, m, d].</param>
    /// <param name="seen">From <see cref="See"/>, [1 or b, h, w, c0].</param>
    /// <param name="weight">How strongly it speaks.</param>
    /// <param name="extras">What the config asks for beyond that.</param>
    public ControlResiduals Forward(
        Tensor sample, ReadOnlySpan<float> timesteps, Tensor context, Tensor seen, double weight, UNetExtras? extras = null)
    {
        UNetSignals signals = _descent.Signals(sample, timesteps, context, extras);
        (Tensor bottom, Stack<Tensor> skips) = UNetPasses.Descend(_descent.Enter(sample) + seen, signals, _descent.Down, _descent.Mid);
        Tensor[] down = [.. skips.Reverse().Zip(_downOut, (skip, conv) => conv.Forward(skip).Scale((float)weight))];
        return new ControlResiduals(down, _midOut.Forward(bottom).Scale((float)weight));
    }

    private static Conv2d HintBlock(int i, IReadOnlyList<int> channels, WeightScope weights) =>
        new(channels[i / 2], channels[(i + 1) / 2], 3, weights, i % 2 == 0 ? Window.Square(1, 1) : Window.Square(2, 1));

    private static Conv2d ZeroConvolution(int channels, WeightScope weights) =>
        new(channels, channels, 1, weights, Window.Unit, initializer: Initializer.Zeros);
}
