using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// One step of a denoising loop, as the loop yields it. The tensors belong to the loop and are released when it goes on or is left; what
/// should outlive it is taken with <see cref="Take"/>.
/// </summary>
/// <param name="Index">Number of the step, from 0.</param>
/// <param name="Count">How many steps there will be; 0 where a solver with step size control does not know.</param>
/// <param name="From">Noise before the step.</param>
/// <param name="To">Noise after the step.</param>
/// <param name="Sample">x after the step.</param>
/// <param name="Denoised">The clean picture as estimated in this step: a preview.</param>
public readonly record struct DenoiseStep(int Index, int Count, NoiseLevel From, NoiseLevel To, Tensor Sample, Tensor Denoised)
{
    /// <summary>A copy of the sample that the caller's scope (or, outside all scopes, the caller) owns.</summary>
    public Tensor Take() => Sample.Clone();
}

/// <summary>Running a denoising loop for its result alone.</summary>
public static class DenoiseLoop
{
    /// <summary>Runs all steps; the last sample belongs to the caller's scope.</summary>
    /// <exception cref="PareidoliaException">There are no steps.</exception>
    public static Tensor Finish(this IEnumerable<DenoiseStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        Tensor? last = null;
        foreach (DenoiseStep step in steps)
        {
            last?.Dispose();
            last = step.Take();
        }
        return last ?? throw new PareidoliaException("The denoising loop has no steps; it needs at least 1.");
    }
}
