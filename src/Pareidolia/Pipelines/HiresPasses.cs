using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>Both passes of a run with <see cref="HiresFix"/>, one loop behind the other.</summary>
/// <param name="runs">The denoising loops of the model.</param>
/// <param name="ends">Its autoencoder.</param>
/// <param name="plans">Its levels of noise.</param>
/// <param name="factor">Pixels of a cell.</param>
internal sealed class HiresPasses(DenoisingRuns runs, RunEnds ends, SamplingPlans plans, int factor)
{
    /// <summary>The steps of both, counted through.</summary>
    /// <param name="conditioning">What the prompts of both say.</param>
    /// <param name="start">What the first starts from.</param>
    /// <param name="settings">Those of the whole run.</param>
    /// <param name="hires">What the second pass does.</param>
    /// <param name="noise">The pictures' noise.</param>
    /// <param name="journal">Remembers what both have computed; null for nothing.</param>
    public IEnumerable<DenoiseStep> Steps(
        Conditioning conditioning, RunStart start, GenerateSettings settings, HiresFix hires, PictureNoise noise, StepJournal? journal)
    {
        int all = plans.StepsOf(settings), taken = 0;
        Tensor? small = null;
        try
        {
            // As in the web UI, a refiner joins the second pass.
            GenerateSettings first = settings with { Hires = null, Refiner = null };
            foreach (DenoiseStep step in runs.Along(plans.Of(first), conditioning, start, first, noise.ForSteps, journal))
            {
                small?.Dispose();
                small = Scope.Detach(step.Take());
                taken++;
                yield return step with { Count = Counted(step, all) };
            }
            // The pictures' seeds begin anew, at the new size.
            GenerateSettings second = hires.Second(settings, factor);
            PictureNoise large = noise.OfSize(second.Height / factor, second.Width / factor);
            using RunStart middle = Begin(small!, settings, hires, large);
            foreach (DenoiseStep step in runs.Along(plans.OfSecond(settings, hires), conditioning.Second!, middle, second, large.ForSteps, journal))
                yield return step with { Index = taken + step.Index, Count = Counted(step, all) };
        }
        finally
        {
            small?.Dispose();
        }
    }

    private static int Counted(DenoiseStep step, int all) => step.Count == 0 ? 0 : all;

    private RunStart Begin(Tensor small, GenerateSettings settings, HiresFix hires, PictureNoise noise)
    {
        using Scope scope = new();
        HiresSize size = hires.SizeFrom(settings.Width, settings.Height, factor);
        HiresUpscaler? upscaler = hires.Network is null ? HiresUpscaling.Named(hires.Upscaler) : null;
        Tensor large = upscaler?.Latent is null
            ? ThroughPictures(small, hires.Network, upscaler, size, settings.Tiling)
            : HiresUpscaling.Latents(small, upscaler, size);
        return ends.Begin(noise.Start, hires.Second(settings, factor), null) with { Known = Scope.Detach(HiresUpscaling.Cut(large, size)) };
    }

    private Tensor ThroughPictures(Tensor small, PictureUpscaler? network, HiresUpscaler? upscaler, HiresSize size, Tiling tiling)
    {
        (int width, int height) = (size.Columns * ends.CellPixels, size.Rows * ends.CellPixels);
        using Latent latent = new(Scope.Detach(small.Clone()));
        return Tensor.Concat(0, [.. ends.Decode(latent, tiling).Select(image => ends.Encode(
            upscaler is null ? network!.UpscaleTo(image, width, height) : HiresUpscaling.Picture(image, upscaler, width, height), tiling))]);
    }
}
