using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Nn;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Explaining;

/// <summary>
/// Draws a picture and watches: the noise leaving step by step, which word was looked at where, what CLIP says of the result, which training pictures
/// it is near to, what another strength of guidance would have drawn.
/// <code>
/// ExplainReport report = new PictureExplainer(pipeline, "models/emoji").Explain(pipeline.Defaults with { Prompt = "a red apple", Seed = 7 });
/// HtmlReport.Write(report, "report");
/// </code>
/// </summary>
/// <param name="pipeline">The model.</param>
/// <param name="folder">Its folder, where its CLIP and its index are; null for a model in a single file.</param>
public sealed class PictureExplainer(StableDiffusionPipeline pipeline, string? folder)
{
    private const int MostNeighbours = 6;
    private const int MostNearest = 5;

    /// <summary>Told of every step of every run: steps that were taken, and all.</summary>
    public Action<int, int> Progress { get; init; } = (_, _) => { };

    /// <summary>What was asked for, where the prompt says it in the model's own words; its phrases are judged. Null for the prompt itself.</summary>
    public string? Asked { get; init; }

    /// <summary>Strengths of guidance that the same seed is drawn with besides; none for no more runs than one.</summary>
    public IReadOnlyList<double> Guidances { get; init; } = [1, 3, 7.5, 15];

    /// <summary>How many steps are shown as pictures, evenly, with the first and the last; 0 for none.</summary>
    public int Frames { get; init; } = 12;

    /// <summary>Draws and explains one picture. Prompts are read as words alone, so that each word's tokens are known.</summary>
    /// <exception cref="PareidoliaException">A setting is out of its range.</exception>
    public ExplainReport Explain(GenerateSettings settings, CancellationToken cancelled = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings = settings with { Count = 1, Dialect = PromptDialect.Plain, Hires = null, Refiner = null };
        pipeline.Validate(settings);
        Tokens tokens = pipeline.Tokenize(settings.Prompt);
        int kept = Math.Min(tokens.Count, pipeline.PromptTokens);
        (Image picture, List<ExplainedStep> steps, float[][] maps) = Watch(settings, kept, cancelled);
        string made = pipeline.Describe(settings.Pictures().First(), settings).Build();
        picture.Texts[Infotext.Key] = made;
        ExplainReport report = new(pipeline.Name, settings.Prompt, made, picture)
        {
            Steps = steps,
            Words = maps.Length == 0 ? [] : WordMaps.Of(tokens, kept, maps, settings.Width / pipeline.Factor, picture),
            LooksAtWords = maps.Length > 0,
            Tokens = [.. tokens.Items.Take(kept).Select(Explained)],
            CutOff = settings.Prompt[tokens.CutAt(pipeline.PromptTokens + 2)..],
            Guidance = [.. Guidances.Select(scale => (scale, Drawn(settings with { Guidance = scale }, cancelled)))],
        };
        return Compared(report);
    }

    private ExplainedToken Explained(Token token) => new(pipeline.Text.TextOf(token.Id), token.Id,
        [.. pipeline.Text.Neighbours(token.Id, MostNeighbours).Select(near => (pipeline.Text.TextOf(near.Token), near.Cosine))]);

    // The picture, its steps, and for each token where it was looked at, in cells: nowhere where the network does not read tokens.
    private (Image, List<ExplainedStep>, float[][]) Watch(GenerateSettings settings, int kept, CancellationToken cancelled)
    {
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        Diffusion.Randomness.PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        using AttentionWatch watch = new(settings.Height / pipeline.Factor, settings.Width / pipeline.Factor, pipeline.Text.Length);
        List<ExplainedStep> steps = [];
        Tensor? last = null;
        float[] before = [];
        foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
        {
            cancelled.ThrowIfCancellationRequested();
            float[] expected = step.Denoised.ToArray();
            steps.Add(Explained(step, IsShown(step), before, expected));
            before = expected;
            last?.Dispose();
            last = Scope.Detach(step.Take());
            Progress(step.Index + 1, step.Count);
        }
        using Latent latent = new(last!);
        bool readsTokens = watch.Seen > 0 && !pipeline.Text.ReadsPictures;
        return (pipeline.Decode(latent)[0], steps, readsTokens ? [.. Enumerable.Range(pipeline.Text.Before, kept).Select(watch.Of)] : []);
    }

    private ExplainedStep Explained(DenoiseStep step, bool isShown, float[] before, float[] expected)
    {
        double change = before.Length == 0 ? double.NaN : expected.Zip(before, (now, then) => Math.Abs(now - then)).Average();
        (double alpha, double sigma) = (step.From.Alpha, step.From.Sigma);
        return new ExplainedStep(step.Index + 1, step.From.Ratio, sigma / Math.Sqrt((alpha * alpha) + (sigma * sigma)), change,
            isShown ? pipeline.Preview(step, PreviewKind.Vae, noisy: true)[0] : null, isShown ? pipeline.Preview(step, PreviewKind.Vae)[0] : null);
    }

    // Some of them, evenly, with the first and the last.
    private bool IsShown(DenoiseStep step) => step.Count <= Frames
        || Enumerable.Range(0, Frames).Any(i => (int)Math.Round(i * (step.Count - 1.0) / Math.Max(1, Frames - 1)) == step.Index);

    private Image Drawn(GenerateSettings settings, CancellationToken cancelled)
    {
        PictureRequest[] batch = [.. settings.Pictures()];
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        Diffusion.Randomness.PictureNoise noise = pipeline.Noise(batch, settings);
        using RunStart start = pipeline.Begin(noise, settings);
        Tensor? last = null;
        foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise))
        {
            cancelled.ThrowIfCancellationRequested();
            last?.Dispose();
            last = Scope.Detach(step.Take());
            Progress(step.Index + 1, step.Count);
        }
        using Latent latent = new(last!);
        return pipeline.Decode(latent)[0];
    }

    private ExplainReport Compared(ExplainReport report)
    {
        if (folder is null || !Directory.Exists(Path.Combine(folder, "clip")))
            return report;
        using PromptVerifier verifier = PromptVerifier.Load(folder);
        string[] phrases = PromptVerifier.PhrasesOf(Asked ?? report.Prompt);
        report = report with { Verdicts = [.. phrases.Select(phrase => Verdict(verifier, report.Picture, phrase, phrases))], HitRate = HitRate.Load(folder) };
        if (PictureIndex.Load(folder) is not PictureIndex index)
            return report;
        byte[] copy = Resize.To(report.Picture, PictureIndex.Side, PictureIndex.Side, Resampling.Box).Pixels;
        return report with
        {
            NearestByMeaning = index.ByMeaning(verifier.Embed(report.Picture), MostNearest),
            NearestByPixels = index.ByPixels(copy, MostNearest),
            Indexed = index.Count,
        };
    }

    private static PhraseVerdict Verdict(PromptVerifier verifier, Image picture, string phrase, string[] phrases)
    {
        IReadOnlyList<string> contrasts = Contrasts.Of(phrase, phrases);
        IReadOnlyList<double> cosines = verifier.Cosines(picture, [phrase, .. contrasts]);
        return new PhraseVerdict(phrase, cosines[0], [.. contrasts.Select((text, i) => (text, cosines[i + 1]))]);
    }
}
