using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// Pictures drawn from pictures by a model of unCLIP (https://arxiv.org/abs/2204.06125, section 3): what CLIP sees in one is drawn anew, and what lies
/// between two is drawn step by step.
/// <code>
/// using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load("models/unclip");
/// IReadOnlyList&lt;Image&gt; four = new PictureVariations(pipeline).Of(picture, pipeline.Defaults with { Seed = 7, Count = 4 });
/// </code>
/// </summary>
/// <param name="pipeline">A model of unCLIP.</param>
public sealed class PictureVariations(StableDiffusionPipeline pipeline)
{
    // Settings need a prompt; this one is not read.
    private const string Stated = "a picture";

    /// <summary>Variations of a picture: as many as the settings count, each of its own seed.</summary>
    /// <param name="picture">What is varied.</param>
    /// <param name="settings">Seed, count, steps, guidance, size; the prompt is not read.</param>
    /// <param name="onStep">Called after each denoising step.</param>
    /// <exception cref="PareidoliaException">The model draws from texts, or a setting is out of its range.</exception>
    public IReadOnlyList<Image> Of(Image picture, GenerateSettings settings, Action? onStep = null) =>
        Drawn(picture, picture, settings, _ => 0, sameNoise: false, onStep);

    /// <summary>A row of pictures from one to another, the count of them, all of one noise: only what is shown changes.</summary>
    /// <param name="from">What the first shows.</param>
    /// <param name="to">What the last shows.</param>
    /// <param name="settings">As above; the count is at least 2.</param>
    /// <param name="onStep">Called after each denoising step.</param>
    /// <exception cref="PareidoliaException">The model draws from texts, or a setting is out of its range.</exception>
    public IReadOnlyList<Image> Between(Image from, Image to, GenerateSettings settings, Action? onStep = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Count >= 2
            ? Drawn(from, to, settings, i => (double)i / (settings.Count - 1), sameNoise: true, onStep)
            : throw new PareidoliaException($"From one picture to another are asked {settings.Count} pictures; at least 2 are needed.");
    }

    /// <summary>Fails unless this model can vary pictures by these settings.</summary>
    /// <exception cref="PareidoliaException">The model draws from texts, or a setting is out of its range; the message says what would be right.</exception>
    public void Validate(GenerateSettings settings)
    {
        pipeline.Validate(settings with { Prompt = Stated });
        _ = pipeline.Prior;
    }

    private List<Image> Drawn(Image from, Image to, GenerateSettings settings, Func<int, double> share, bool sameNoise, Action? onStep)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Validate(settings);
        settings = settings with { Prompt = Stated };
        ImagePrior prior = pipeline.Prior;
        using Tensor first = Scope.Detach(prior.OfPicture(from));
        using Tensor last = Scope.Detach(prior.OfPicture(to));
        List<Image> images = [];
        foreach ((int place, PictureRequest[] batch) in Places(settings.Pictures(), pipeline.BatchSize(settings)))
        {
            PictureRequest[] requests = sameNoise ? [.. batch.Select(picture => picture with { Seed = settings.Seed })] : batch;
            Tensor[] seen = [.. Enumerable.Range(place, batch.Length).Select(i => ImagePrior.Between(first, last, share(i)))];
            images.AddRange(Batch(requests, seen, settings, onStep));
        }
        return images;
    }

    private IReadOnlyList<Image> Batch(PictureRequest[] requests, Tensor[] seen, GenerateSettings settings, Action? onStep)
    {
        using Conditioning conditioning = pipeline.OfPictures(seen, settings);
        PictureNoise noise = pipeline.Noise(requests, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        using Tensor final = Scope.Detach(Counted(pipeline.Denoise(conditioning, start, settings, noise), onStep).Finish());
        return pipeline.Decode(new Latent(final), settings.Tiling);
    }

    private static IEnumerable<DenoiseStep> Counted(IEnumerable<DenoiseStep> steps, Action? onStep)
    {
        foreach (DenoiseStep step in steps)
        {
            onStep?.Invoke();
            yield return step;
        }
    }

    private static IEnumerable<(int Place, PictureRequest[] Batch)> Places(IEnumerable<PictureRequest> pictures, int size)
    {
        int place = 0;
        foreach (PictureRequest[] batch in pictures.Chunk(size))
        {
            yield return (place, batch);
            place += batch.Length;
        }
    }
}
