using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>What a run starts from: noise and, where there is one, a picture. Owns its tensors.</summary>
/// <param name="Noise">Of deviation 1, whatever the sampler.</param>
public sealed record RunStart(Latent Noise) : IDisposable
{
    /// <summary>The picture's latents [n, h, w, c].</summary>
    internal Tensor? Known { get; init; }

    /// <summary>[1, h, w, 1]: 1 is painted anew.</summary>
    internal Tensor? Mask { get; init; }

    /// <summary>
    /// What the network reads behind the sample. An inpainting one [n, h, w, 1 + c]: the mask, and the latents of the picture without what is masked;
    /// an editing one [n, h, w, c]: the latents of the picture.
    /// </summary>
    internal Tensor? Beside { get; init; }

    /// <summary>Releases them.</summary>
    public void Dispose()
    {
        Noise.Dispose();
        Known?.Dispose();
        Mask?.Dispose();
        Beside?.Dispose();
    }

    /// <summary>The sample at the first level of a plan.</summary>
    internal Tensor Sample(SamplingPlan plan, GenerateSettings settings)
    {
        SamplingTool tool = settings.Noise.Mode.Tool();
        bool whole = settings.Source?.Strength is null or 1;
        if (Known is null || (Mask is not null && whole && tool == SamplingTool.Diffusers))
            return plan.Start(Noise.Values);
        return whole && tool == SamplingTool.ComfyUi && settings.Source is not null ? plan.Start(Noise.Values) + Known : plan.Start(Known, Noise.Values);
    }

    /// <summary>How the known part is kept; null where nothing is, or where the network was trained to keep it.</summary>
    internal Repaint? Repaint(GenerateSettings settings)
    {
        SamplingTool tool = settings.Noise.Mode.Tool();
        return Mask is null || Known is null || (Beside is not null && tool == SamplingTool.Diffusers)
            ? null
            : new Repaint(Mask, Known, Noise.Values, tool);
    }
}
