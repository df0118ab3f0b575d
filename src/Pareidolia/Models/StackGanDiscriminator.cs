// StackGAN: Text to Photo-realistic Image Synthesis with Stacked Generative Adversarial Networks, https://arxiv.org/abs/1612.03242
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Judges a stage's pictures: encodes them to 4x4, then one score with the condition and, in stage 2, one without. Keys are those of the published
/// code, <c>encode_img</c>, <c>get_cond_logits</c>, <c>get_uncond_logits</c>; its sigmoids are left to the loss.
/// </summary>
public sealed class StackGanDiscriminator
{
    private readonly DownBlock[] _blocks;
    private readonly bool _deviation;
    private readonly DownBlock _joint;
    private readonly Conv2d _conditional;
    private readonly Conv2d? _unconditional;

    /// <summary>Builds at a place in a store.</summary>
    public StackGanDiscriminator(StackGanConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        WeightScope encoder = weights["encode_img"];
        List<(int Out, int Kernel, int Stride)> steps = Steps(config);
        _blocks = [.. steps.Select((step, i) => new DownBlock(
            i == 0 ? 3 : steps[i - 1].Out, step.Out, new DownSettings(step.Kernel, step.Stride, config.SpectralNorm, i > 0), encoder, i == 0 ? 0 : (3 * i) - 1))];
        _deviation = config.MinibatchDeviation;
        (int last, int features) = (steps[^1].Out, steps[^1].Out + (_deviation ? 1 : 0));
        WeightScope logits = weights["get_cond_logits"]["outlogits"];
        _joint = new DownBlock(features + config.ConditionDim, last, new DownSettings(3, 1, config.SpectralNorm, true), logits, 0);
        _conditional = new Conv2d(last, 1, 4, logits[3], Window.Square(4), initializer: GanStart.Weights);
        _unconditional = config.Stage == 2
            ? new Conv2d(features, 1, 4, weights["get_uncond_logits"]["outlogits"][0], Window.Square(4), initializer: GanStart.Weights)
            : null;
    }

    /// <summary>What is seen in pictures [b, size, size, 3]: [b, 4, 4, f].</summary>
    public Tensor Features(Tensor pictures, bool training)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        return DownBlock.Seen(_blocks, pictures, training, _deviation);
    }

    /// <summary>How well features [b, 4, 4, f] fit conditions [b, c]: logits [b].</summary>
    public Tensor Score(Tensor features, Tensor condition, bool training)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(condition);
        using Scope scope = new();
        return scope.Keep(_conditional.Forward(_joint.Forward(GanStart.Joined(features, condition), training)).Reshape(-1));
    }

    /// <summary>How real the picture looks whatever was asked for: logits [b]; null in stage 1, which has no such part.</summary>
    public Tensor? Realness(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using Scope scope = new();
        return _unconditional is null ? null : scope.Keep(_unconditional.Forward(features).Reshape(-1));
    }

    // Halved until 4x4 with twice the channels each time, then brought down to 8 times the first by 3x3 convolutions.
    private static List<(int Out, int Kernel, int Stride)> Steps(StackGanConfig config)
    {
        int f = config.DiscriminatorChannels, levels = GanStart.Levels(config.SampleSize, "sample_size");
        List<(int, int, int)> steps = [.. Enumerable.Range(0, levels).Select(i => (f << i, 4, 2))];
        for (int i = levels - 2; i >= 3; i--)
            steps.Add((f << i, 3, 1));
        return steps;
    }
}
