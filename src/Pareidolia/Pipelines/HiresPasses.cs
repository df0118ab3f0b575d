using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Nn;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>Both passes of a run with <see cref="HiresFix"/>, one loop behind the other.</summary>
/// <param name="pipeline">The model.</param>
/// <param name="settings">Those of the whole run.</param>
/// <param name="hires">What the second pass does.</param>
/// <param name="journal">Remembers what both have computed; null for nothing.</param>
internal sealed class HiresPasses(StableDiffusionPipeline pipeline, GenerateSettings settings, HiresFix hires, StepJournal? journal = null)
{
    private readonly GenerateSettings _second = hires.Second(settings, pipeline.Factor);
    private readonly HiresSize _size = hires.SizeFrom(settings.Width, settings.Height, pipeline.Factor);

    /// <summary>The steps of both, counted through.</summary>
    public IEnumerable<DenoiseStep> Steps(Conditioning conditioning, RunStart start, PictureNoise noise)
    {
        int all = pipeline.StepsBeforeCascade(settings), taken = 0;
        Tensor? small = null;
        try
        {
            // As in the web UI, a refiner joins the second pass.
            foreach (DenoiseStep step in pipeline.DenoiseFirst(conditioning, start, settings with { Hires = null, Refiner = null }, noise, journal))
            {
                small?.Dispose();
                small = Scope.Detach(step.Take());
                taken++;
                yield return step with { Count = Counted(step, all) };
            }
            // The pictures' seeds begin anew, at the new size.
            PictureNoise large = noise.OfSize(_second.Height / pipeline.Factor, _second.Width / pipeline.Factor);
            using RunStart second = Begin(small!, large);
            foreach (DenoiseStep step in pipeline.Denoise(conditioning.Second!, second, _second, large, steps => hires.Plan(steps, _second.Steps), journal))
                yield return step with { Index = taken + step.Index, Count = Counted(step, all) };
        }
        finally
        {
            small?.Dispose();
        }
    }

    private static int Counted(DenoiseStep step, int all) => step.Count == 0 ? 0 : all;

    private RunStart Begin(Tensor small, PictureNoise noise)
    {
        using Scope scope = new();
        HiresUpscaler? upscaler = hires.Network is null ? HiresUpscaling.Named(hires.Upscaler) : null;
        Tensor large = upscaler?.Latent is null ? ThroughPictures(small, upscaler) : HiresUpscaling.Latents(small, upscaler, _size);
        return pipeline.Begin(noise.Start, _second, null) with { Known = Scope.Detach(HiresUpscaling.Cut(large, _size)) };
    }

    private Tensor ThroughPictures(Tensor small, HiresUpscaler? upscaler)
    {
        PictureDecoder autoencoder = pipeline.Decoder;
        (int width, int height) = (_size.Columns * autoencoder.CellPixels, _size.Rows * autoencoder.CellPixels);
        using Latent latent = new(Scope.Detach(small.Clone()));
        return Tensor.Concat(0, [.. pipeline.Decode(latent, settings.Tiling).Select(image => Encoded(
            upscaler is null ? hires.Network!.UpscaleTo(image, width, height) : HiresUpscaling.Picture(image, upscaler, width, height)))]);

        Tensor Encoded(Image large)
        {
            using PictureArithmetic.Rounding rounding = pipeline.Arithmetic.Coding();
            using WrappedEdges? edges = settings.Tiling.Open();
            return autoencoder.Encode(SourcePixels.OfPicture(large, autoencoder.Device), null);
        }
    }
}
