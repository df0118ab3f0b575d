using Pareidolia.Diffusion.Randomness;
using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// Keeps a known picture outside a mask while the inside is painted anew, as the known programs do: diffusers puts the known part, noised, back
/// after each step; the web UI puts it into each estimate of the clean picture; ComfyUI also into what the network sees.
/// </summary>
/// <param name="mask">[1, h, w, 1]: 1 is painted anew, 0 is kept.</param>
/// <param name="known">The known picture's latents [n, h, w, c].</param>
/// <param name="noise">The noise that the run started from.</param>
/// <param name="tool">Whose way it is.</param>
internal sealed class Repaint(Tensor mask, Tensor known, Tensor noise, SamplingTool tool)
{
    /// <summary>Whether the run ends before the noise has left: its end is left as it is.</summary>
    public bool EndsNoisy { get; init; }

    /// <summary>What becomes of the mask at a level of noise; null where it stays as it is.</summary>
    public Func<Tensor, NoiseLevel, Tensor>? Reading { get; init; }

    /// <summary>What the network sees of x.</summary>
    public Tensor Enter(Tensor x, NoiseLevel level) => tool == SamplingTool.ComfyUi ? Blend(x, level.AddNoise(known, noise), level) : x;

    /// <summary>What is taken of an estimate of the clean picture.</summary>
    public Tensor Leave(Tensor denoised, NoiseLevel level) => tool == SamplingTool.Diffusers ? denoised : Blend(denoised, known, level);

    /// <summary>Puts the known part into the sample of a step, on which the loop goes on.</summary>
    public void After(in DenoiseStep step)
    {
        bool last = step.Index + 1 == step.Count;
        if (tool != SamplingTool.Diffusers && (!last || EndsNoisy))
            return;
        using Scope scope = new();
        step.Sample.CopyFrom(Blend(step.Sample, last ? known : step.To.AddNoise(known, noise), step.To));
    }

    private Tensor Blend(Tensor inside, Tensor outside, NoiseLevel level)
    {
        Tensor share = Reading?.Invoke(mask, level) ?? mask;
        return (share.Affine(-1, 1) * outside) + (share * inside);
    }
}
