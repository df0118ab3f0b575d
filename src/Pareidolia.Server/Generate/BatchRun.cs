using System.Globalization;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;
using Pareidolia.Tensors;

namespace Pareidolia.Server.Generate;

/// <summary>Draws one batch of an order's pictures, or goes on where its journal ends.</summary>
/// <param name="pipeline">The model.</param>
/// <param name="settings">What all pictures share.</param>
/// <param name="order">The same as the client wrote it.</param>
/// <param name="batch">The pictures.</param>
/// <param name="store">Where they go.</param>
internal sealed class BatchRun(StableDiffusionPipeline pipeline, GenerateSettings settings, PictureOrder order, PictureRequest[] batch, PictureStore store)
{
    private const int GridGap = 2;

    // As many of its digits as the web UI writes.
    private const int ShownOfHash = 10;

    private PreviewKind _preview = PreviewKind.Latent2Rgb;

    /// <summary>The job.</summary>
    public required string JobId { get; init; }

    /// <summary>The number of the batch's first picture in the job.</summary>
    public required int First { get; init; }

    /// <summary>Pictures of the job.</summary>
    public required int Images { get; init; }

    /// <summary>The SHA-256 of the model's file; null where it has none.</summary>
    public string? ModelHash { get; init; }

    /// <summary>The steps, and at the end the pictures.</summary>
    /// <param name="journal">The file of what was computed.</param>
    public IEnumerable<JobStep> Steps(string journal)
    {
        using StepJournal known = StepJournal.Open(journal, $"{order.Write().GetRawText()} {First} {pipeline.Name} {pipeline.Bf16} {pipeline.Int8}");
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        Tensor? last = null;
        try
        {
            foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise, known))
            {
                last?.Dispose();
                last = Scope.Detach(step.Take());
                yield return new StepTaken(step.Index + 1, step.Count, First, Images) { Replayed = known.IsReplaying, Together = batch.Length };
                if (!known.IsReplaying && order.PreviewEvery > 0 && (step.Index + 1) % order.PreviewEvery == 0)
                    yield return Preview(step);
            }
            foreach (Picture picture in Stored(last!))
                yield return new PictureMade(picture);
        }
        finally
        {
            last?.Dispose();
        }
        known.Delete();
    }

    private List<Picture> Stored(Tensor last)
    {
        IReadOnlyList<Image> images = StableDiffusionPipeline.Finished(pipeline.Decode(new Latent(last), settings.Tiling), settings);
        List<Picture> stored = [];
        for (int i = 0; i < images.Count; i++)
        {
            Infotext infotext = pipeline.Describe(batch[i], settings);
            if (ModelHash is string hash)
                infotext.Fields["Model hash"] = hash[..ShownOfHash];
            images[i].Texts[Infotext.Key] = infotext.Build();
            stored.Add(store.Add(JobId, First + i, images[i], OrderOf(i).Write(), order.Prompt ?? "", batch[i].Seed));
        }
        return stored;
    }

    // What draws this picture alone; pictures that share one stream of noise are drawn together again.
    private PictureOrder OrderOf(int i) => order with
    {
        Seed = batch[i].Seed,
        VariationSeed = settings.Noise.VariationStrength > 0 ? batch[i].VariationSeed : order.VariationSeed,
        Count = batch[i].Of > 1 ? order.Count : 1,
    };

    private PreviewShown Preview(DenoiseStep step)
    {
        IReadOnlyList<Image> shown = Shown(step);
        for (int i = 0; i < shown.Count; i++)
            store.AddFrame(string.Create(CultureInfo.InvariantCulture, $"{JobId}-{First + i}"), step.Index, PngWriter.Encode(shown[i]));
        return new PreviewShown(PngWriter.Encode(shown.Count == 1 ? shown[0] : Mosaic.Grid(shown, gap: GridGap)));
    }

    // Latents for which nobody knows colours are decoded.
    private IReadOnlyList<Image> Shown(DenoiseStep step)
    {
        try
        {
            return pipeline.Preview(step, _preview, tiling: settings.Tiling);
        }
        catch (PareidoliaException) when (_preview != PreviewKind.Vae)
        {
            _preview = PreviewKind.Vae;
            return pipeline.Preview(step, _preview, tiling: settings.Tiling);
        }
    }
}
