// High-Resolution Image Synthesis with Latent Diffusion Models, https://arxiv.org/abs/2112.10752
using Pareidolia.Adapters;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Pipelines;

/// <summary>
/// Prompt to picture, stage by stage, each a type: string, <see cref="Tokens"/>, <see cref="Conditioning"/>, <see cref="Latent"/>,
/// <see cref="DenoiseStep"/>s, <see cref="Latent"/>, <see cref="Image"/>.
/// <code>
/// using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load("models/emoji");
/// PngWriter.Write("apple.png", pipeline.Generate("a red apple"));
/// </code>
/// A pipeline keeps no state between calls. One at a time: its stages are not for several threads at once.
/// </summary>
public sealed class StableDiffusionPipeline : IDisposable
{
    // Cells of a side where a UNet does not say what it was trained on.
    private const int UsualSide = 64;

    private readonly ModelParts _parts;
    private readonly SamplingPlans _plans;
    private readonly PreviewDecoder _previews;

    private StableDiffusionPipeline(ModelSource model, ModelParts parts)
    {
        _parts = parts;
        _plans = new SamplingPlans(model.Component("scheduler").Config, UNet.Config.HearsTextAndSize, Factor);
        Settings = new ModelSettings(model, (UNet.Config.SampleSize ?? UsualSide) * Factor) { Factor = Factor };
        Bf16 = Settings.Bf16;
        _previews = new PreviewDecoder(Decoder, Settings.LatentRgb, UNet.Config.HearsTextAndSize);
    }

    /// <summary>The model's name: its folder's or file's, or the one that it has on its hub.</summary>
    public string Name => _parts.Name;

    /// <summary>What a user should know of what was loaded, a sentence each: what of a LoRA changes nothing here.</summary>
    public IReadOnlyList<string> Notes => _parts.Notes;

    /// <summary>What the model's author recommends.</summary>
    public ModelSettings Settings { get; }

    /// <summary>Settings to start from: all but the prompt and the seed.</summary>
    public GenerateSettings Defaults => Settings.Defaults;

    /// <summary>Whether pictures are computed without the faster algorithms of <see cref="Approximation"/>: they differ by less than a shade. It goes before
    /// <see cref="Bf16"/> and <see cref="Int8"/>.</summary>
    public bool Exact { get; set; }

    /// <summary>
    /// Whether the UNet and the autoencoder may round the inputs of products to bfloat16 (<see cref="ReducedPrecision"/>): faster where the processor gains
    /// by it; pictures differ a little. To begin with, what the model's author recommends.
    /// </summary>
    public bool Bf16 { get; set; }

    /// <summary>
    /// Whether the UNet's linear layers and the autoencoder multiply in integers of 8 bits (<see cref="QuantisedProducts"/>), and the rest as with
    /// <see cref="Bf16"/>. <see cref="WeightHolding.ByteLayers"/> holds the weights ready for it.
    /// </summary>
    public bool Int8 { get; set; }

    /// <summary>Whether the autoencoder works on its large layers in bands of rows: less memory, the same picture but for rounding.</summary>
    public VaeTiling VaeTiling
    {
        get => Decoder.Tiling;
        set => Decoder.Tiling = value;
    }

    /// <summary>Width and height of pictures are multiples of this many pixels.</summary>
    public int Factor => _parts.Factor;

    /// <summary>How many numbers its networks have learned.</summary>
    public long Parameters => _parts.Parameters;

    /// <summary>Most tokens of a prompt that the text encoder reads, without start and end.</summary>
    public int PromptTokens => _parts.Text.Length - _parts.Text.Before - 1;

    /// <summary>Whether the model changes a picture as the prompt says (instruct-pix2pix), and so needs one to start from.</summary>
    public bool EditsPictures => _parts.EditsPictures;

    /// <summary>The last stage.</summary>
    internal PictureDecoder Decoder => _parts.Decoder;

    /// <summary>The first stage.</summary>
    internal PromptEncoder Text => _parts.Text;

    /// <summary>What the denoising network says.</summary>
    internal Prediction Prediction => _plans.Of(Defaults).Prediction;

    /// <summary>The loops of its own network.</summary>
    internal DenoisingRuns Runs => new(_parts, Arithmetic);

    private RunEnds Ends => new(_parts, Arithmetic);

    private RunArithmetic Arithmetic => new(Exact, Bf16 && !Exact, Int8 && !Exact);

    private UNet2DConditionModel UNet => _parts.UNet.Model;

    private Backend Device => _parts.UNet.Weights.Device;

    /// <summary>
    /// Loads a model in the Hugging Face layout (<c>StableDiffusionPipeline</c>, <c>StableDiffusionXLPipeline</c>); folder <c>upscaler/</c> is
    /// optional. A single file needs a vocabulary: see <see cref="SingleFileModel"/>.
    /// </summary>
    /// <exception cref="PareidoliaException">A part is missing, damaged, or does not fit the others.</exception>
    public static StableDiffusionPipeline Load(string folder, Backend? device = null) => Load(ModelSource.Open(folder), device);

    /// <summary>Loads a model, and what joins it.</summary>
    /// <exception cref="PareidoliaException">A part is missing, damaged, or does not fit the others.</exception>
    public static StableDiffusionPipeline Load(ModelSource model, Backend? device = null, AdapterChoice? adapters = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelParts parts = ModelParts.Load(model, adapters ?? new AdapterChoice(), device);
        try
        {
            return new StableDiffusionPipeline(model, parts);
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>One picture with the model's own settings, its infotext inside.</summary>
    /// <exception cref="PareidoliaException">The prompt is empty or too long.</exception>
    public Image Generate(string prompt, ulong seed = 0) => Generate(Defaults with { Prompt = prompt, Seed = seed })[0];

    /// <summary>All pictures that settings ask for, each with its infotext inside.</summary>
    /// <exception cref="PareidoliaException">A setting is out of its range.</exception>
    public IReadOnlyList<Image> Generate(GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Validate(settings);
        List<Image> images = [];
        foreach (PictureRequest[] batch in settings.Pictures().Chunk(BatchSize(settings)))
        {
            using Conditioning conditioning = Encode(batch, settings);
            PictureNoise noise = Noise(batch, settings);
            using RunStart start = Begin(noise, settings);
            using Tensor final = Scope.Detach(Denoise(conditioning, start, settings, noise).Finish());
            images.AddRange(Described(Finished(Decode(new Latent(final), settings.Tiling), settings), batch, settings));
        }
        return images;
    }

    /// <summary>Fails unless this model can serve the settings.</summary>
    /// <exception cref="PareidoliaException">A setting is out of its range; the message says what would be right.</exception>
    public void Validate(GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate(Factor);
        Require(settings.Controls.Count <= _parts.Controls.Count,
            $"There are {settings.Controls.Count} pictures for ControlNets, but {_parts.Controls.Count} were loaded with '{Name}'.");
        Require(settings.ImageGuidance is null || EditsPictures,
            $"Image guidance is for models that edit pictures (instruct-pix2pix); '{Name}' is none.");
        Require(settings.Source is not null || !EditsPictures,
            $"'{Name}' edits pictures: name one to start from (--init), and say in the prompt what to change.");
        settings.Refiner?.Validate(this);
        try
        {
            _ = StepsOf(settings);
        }
        catch (PareidoliaException error)
        {
            throw new PareidoliaException($"{settings.Steps} steps do not fit the scheduler of '{Name}': {error.Message}", error);
        }
    }

    /// <summary>Steps that a run of these settings takes: fewer than it is asked for where it starts from a picture.</summary>
    /// <exception cref="PareidoliaException">The steps do not fit the scheduler.</exception>
    public int StepsOf(GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return _plans.StepsOf(settings) + Runs.Cascade(settings).Steps;
    }

    /// <summary>
    /// Width and height of the pictures that a run of these settings hands out: those of its last pass, or of the picture that it draws a part of.
    /// </summary>
    public (int Width, int Height) SizeOf(GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new PlannedPictures(settings, Factor).Size;
    }

    /// <summary>How many pictures of these settings go through the networks together.</summary>
    public int BatchSize(GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new PlannedPictures(settings, Factor).Together;
    }

    /// <summary>A prompt's tokens; <see cref="PromptTokens"/> of them count.</summary>
    public Tokens Tokenize(string prompt) => _parts.Text.Tokenize(prompt);

    /// <summary>What the prompts of a batch say, and, where they are guided, the negative prompts. The caller disposes it.</summary>
    public Conditioning Encode(IReadOnlyList<PictureRequest> batch, GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(settings);
        _parts.Enter(Stage.Text);
        return new RunConditioning(_parts.Text, UNet.Config, Factor).Of(batch, settings);
    }

    /// <summary>What pictures say in the place of prompts, by their embeddings [1, 1, d], to a model of unCLIP. The caller disposes it.</summary>
    internal Conditioning OfPictures(IReadOnlyList<Tensor> embeddings, GenerateSettings settings) => _parts.Text.OfPictures(embeddings, settings.Steps);

    /// <summary>Where CLIP sees pictures, in a model of unCLIP.</summary>
    internal ImagePrior Prior => _parts.Text.Prior(Name);

    /// <summary>The noise of a batch, as the program of <see cref="GenerateSettings.Noise"/> draws it.</summary>
    public PictureNoise Noise(IReadOnlyList<PictureRequest> batch, GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(settings);
        Shape shape = [batch.Count, settings.Height / Factor, settings.Width / Factor, Decoder.LatentChannels];
        return new PictureNoise([.. batch.Select(picture => picture.NoiseSeed)], shape, settings.NoiseOfLatents(Factor), Device);
    }

    /// <summary>
    /// What a batch starts from: the next noise of the streams and, where the settings name a picture, its latents. The caller disposes it.
    /// </summary>
    public RunStart Begin(PictureNoise noise, GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(noise);
        ArgumentNullException.ThrowIfNull(settings);
        return Ends.Begin(noise, settings);
    }

    /// <summary>The same with noise as it is given, in the order in which diffusers draws it.</summary>
    internal RunStart Begin(Func<Tensor> draw, GenerateSettings settings, SourcePixels? pixels, Func<Tensor>? filling = null) =>
        Ends.Begin(draw, settings, pixels, filling);

    /// <summary>Pictures as they are handed out: what a mask kept is put back, pixel by pixel.</summary>
    public static IReadOnlyList<Image> Finished(IReadOnlyList<Image> images, GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Source is SourcePicture source ? [.. images.Select(new PreparedSource(source, settings).PutBack)] : images;
    }

    /// <summary>
    /// The denoising loop. It computes a step when it is asked for the next one and may be left at any time; a step's tensors are the loop's own.
    /// </summary>
    /// <param name="conditioning">From <see cref="Encode(IReadOnlyList{PictureRequest}, GenerateSettings)"/>.</param>
    /// <param name="start">From <see cref="Begin(PictureNoise, GenerateSettings)"/>.</param>
    /// <param name="settings">Sampler, steps, guidance.</param>
    /// <param name="stepNoise">Noise for samplers that add some in each step.</param>
    /// <param name="journal">Remembers what was computed, so that a run that is killed goes on; null for nothing.</param>
    /// <exception cref="PareidoliaException">The latents are no longer finite, or one number everywhere.</exception>
    public IEnumerable<DenoiseStep> Denoise(
        Conditioning conditioning, RunStart start, GenerateSettings settings, PictureNoise stepNoise, StepJournal? journal = null)
    {
        ArgumentNullException.ThrowIfNull(conditioning);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(stepNoise);
        DenoisingRuns runs = Runs;
        IEnumerable<DenoiseStep> first = settings.Hires is HiresFix hires
            ? new HiresPasses(runs, Ends, _plans, Factor).Steps(conditioning, start, settings, hires, stepNoise, journal)
            : runs.Along(_plans.Of(settings), conditioning, start, settings, stepNoise.ForSteps, journal);
        return _parts.Cascade.Count == 0 ? first : runs.Cascade(settings).Run(first, conditioning, stepNoise);
    }

    /// <summary>The loop of the first stage, its steps' noise as it is given.</summary>
    internal IEnumerable<DenoiseStep> Denoise(Conditioning conditioning, RunStart start, GenerateSettings settings, StepNoise stepNoise) =>
        Runs.Along(_plans.Of(settings), conditioning, start, settings, _ => stepNoise, journal: null);

    /// <summary>The pictures of latents, without texts.</summary>
    /// <param name="latent">From a run.</param>
    /// <param name="tiling">That of the run's settings: edges that meet meet in the decoder too.</param>
    /// <exception cref="PareidoliaException">A picture is not finite, or one number everywhere.</exception>
    public IReadOnlyList<Image> Decode(Latent latent, Tiling tiling = Tiling.None)
    {
        ArgumentNullException.ThrowIfNull(latent);
        return Ends.Decode(latent, tiling);
    }

    /// <summary>What a step's noisy sample looks like.</summary>
    public IReadOnlyList<Image> Preview(DenoiseStep step, Tiling tiling = Tiling.None) => Preview(step, PreviewKind.Vae, noisy: true, tiling);

    /// <summary>What a step looks like, in the size of the finished picture, without texts.</summary>
    /// <param name="step">The step.</param>
    /// <param name="kind">How latents are shown.</param>
    /// <param name="noisy">Whether the noisy sample is shown, not the clean picture that the step expects.</param>
    /// <param name="tiling">That of the run's settings.</param>
    /// <exception cref="PareidoliaException">The kind needs what is not there: <see cref="UsePreviewVae"/>, or a map for such latents.</exception>
    public IReadOnlyList<Image> Preview(DenoiseStep step, PreviewKind kind, bool noisy = false, Tiling tiling = Tiling.None)
    {
        using WrappedEdges? edges = tiling.Open();
        if (!noisy)
            return _previews.Show(step.Denoised, kind);
        // Samplers of the k-diffusion kind let the noise grow beyond the deviation 1 that the decoder knows.
        double deviation = Math.Sqrt(step.To.Alpha * step.To.Alpha + step.To.Sigma * step.To.Sigma);
        using Tensor sample = Scope.Detach(step.Sample.Scale((float)(1 / deviation)));
        return _previews.Show(sample, kind);
    }

    /// <summary>Lets go of weights that are held in stages, for another model's run.</summary>
    internal void Leave() => _parts.Leave();

    /// <summary>Loads the tiny autoencoder of <see cref="PreviewKind.Taesd"/>: a folder, or a file that its keys tell.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, no autoencoder, or one for other latents.</exception>
    public void UsePreviewVae(string file) => _previews.Load(file);

    /// <summary>How a picture was made, as it is written into its file.</summary>
    public Infotext Describe(PictureRequest picture, GenerateSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new PictureDescription(_parts, Defaults, _plans, Arithmetic).Of(picture, settings);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _previews.Dispose();
        _parts.Dispose();
    }

    private IReadOnlyList<Image> Described(IReadOnlyList<Image> images, PictureRequest[] batch, GenerateSettings settings)
    {
        for (int i = 0; i < images.Count; i++)
            images[i].Texts[Infotext.Key] = Describe(batch[i], settings).Build();
        return images;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new PareidoliaException(message);
    }
}
