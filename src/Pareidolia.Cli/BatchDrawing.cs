using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Cli;

/// <summary>Draws planned pictures batch by batch.</summary>
/// <param name="pipeline">The model.</param>
/// <param name="settings">What all pictures share.</param>
/// <param name="frames">Moments of the denoising to keep for each picture: 0 for none, or at least 2.</param>
internal sealed class BatchDrawing(StableDiffusionPipeline pipeline, GenerateSettings settings, int frames)
{
    /// <summary>Draws one batch.</summary>
    /// <param name="batch">At most as many as the pipeline takes at once.</param>
    /// <param name="onStep">Called after each step; cancelling is throwing from it.</param>
    public IReadOnlyList<DrawnPicture> Draw(IReadOnlyList<PlannedPicture> batch, Action<DenoiseStep> onStep)
    {
        PictureRequest[] requests = [.. batch.Select(plan => plan.Request)];
        using Conditioning conditioning = pipeline.Encode(requests, settings);
        PictureNoise noise = pipeline.Noise(requests, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        List<IReadOnlyList<Image>> moments = frames > 0 ? [pipeline.Decode(start.Noise, settings.Tiling)] : [];
        Tensor? last = null;
        try
        {
            foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
            {
                onStep(step);
                last?.Dispose();
                last = Scope.Detach(step.Take());
                if (frames > 0 && IsKept(step.Index, step.Count))
                    moments.Add(pipeline.Preview(step, settings.Tiling));
            }
            return Described(batch, StableDiffusionPipeline.Finished(pipeline.Decode(new Latent(last!), settings.Tiling), settings), moments);
        }
        finally
        {
            last?.Dispose();
        }
    }

    // The start is frame 0 and the last step is always kept; between them steps as even as can be. Of a solver that does not know how many there will
    // be (0) all are kept until the end.
    private bool IsKept(int index, int count) =>
        count == 0 || (index + 1) * (frames - 1) / count > index * (frames - 1) / count || index + 1 == count;

    private IEnumerable<IReadOnlyList<Image>> Thinned(List<IReadOnlyList<Image>> moments) => moments.Count <= frames
        ? moments
        : Enumerable.Range(0, frames).Select(i => moments[i * (moments.Count - 1) / (frames - 1)]);

    private DrawnPicture[] Described(IReadOnlyList<PlannedPicture> batch, IReadOnlyList<Image> images, List<IReadOnlyList<Image>> moments)
    {
        DrawnPicture[] drawn = new DrawnPicture[batch.Count];
        for (int i = 0; i < drawn.Length; i++)
        {
            images[i].Texts[Infotext.Key] = pipeline.Describe(batch[i].Request, settings).Build();
            drawn[i] = new DrawnPicture(batch[i], images[i], [.. Thinned(moments).Select(moment => moment[i])]);
        }
        return drawn;
    }
}
