using Pareidolia.Diffusion;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>
/// Reads a mask's shades as the moment at which a pixel begins to change: white ones in the first step, grey ones later
/// (https://arxiv.org/abs/2306.00950), as ComfyUI's DifferentialDiffusion does.
/// </summary>
/// <param name="plan">The run.</param>
/// <param name="strength">How much of that acts; the rest is the mask as it is.</param>
internal sealed class DifferentialMask(SamplingPlan plan, double strength)
{
    private readonly int _from = plan.Schedule!.NearestTimestepOf(plan.Levels[0].Ratio);
    private readonly int _to = plan.Schedule!.NearestTimestepOf(Math.Max(plan.Levels[^1].Ratio, plan.Schedule!.Sigmas[0]));

    /// <summary>The mask at a level of noise.</summary>
    public Tensor At(Tensor mask, NoiseLevel level)
    {
        float threshold = (float)(plan.Schedule!.NearestTimestepOf(level.Ratio) - _to) / (_from - _to);
        float[] begun = Array.ConvertAll(mask.ToArray(), share => share >= threshold ? 1f : 0);
        Tensor changing = Tensor.From(begun, mask.Shape, mask.Device);
        return strength is > 0 and < 1 ? changing.Scale((float)strength) + mask.Scale((float)(1 - strength)) : changing;
    }
}
