using System.Globalization;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Pipelines;

/// <summary>
/// All that decides a picture besides the model. A pipeline's <see cref="StableDiffusionPipeline.Defaults"/> have what suits its model:
/// <code>GenerateSettings settings = pipeline.Defaults with { Prompt = "a red apple", Seed = 42 };</code>
/// </summary>
public sealed record GenerateSettings
{
    /// <summary>The longest prompt that is read, in characters: far more than any text encoder sees.</summary>
    public const int LongestPrompt = 32_000;

    private const int MostPictures = 10_000;
    private const int LongestSide = 16_384;
    private const double MostGuidance = 1000;
    private const int MostClipSkip = 12;

    private static readonly string[] s_asksTwice = ["heun", "dpm_2", "dpm_2_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde", "restart"];

    /// <summary>What to draw.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Whether nothing need be said, as in the web UI: the network then draws what it will. Else an empty prompt is taken for a mistake.</summary>
    public bool PromptMayBeEmpty { get; init; }

    /// <summary>What to stay away from; without effect where <see cref="Guidance"/> is 1.</summary>
    public string Negative { get; init; } = "";

    /// <summary>Denoising steps, from 1.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>How strongly the prompt is followed: 1 not beyond what the network says, 7.5 usual for Stable Diffusion.</summary>
    public double Guidance { get; init; } = 7.5;

    /// <summary>Share, 0 to 1, in which guidance keeps the prediction's own deviation; against glaring colours.</summary>
    public double GuidanceRescale { get; init; }

    /// <summary>When and how guidance acts, beyond its scale.</summary>
    public GuidanceRules GuidanceRules { get; init; } = new();

    /// <summary>Where the noise of the first picture comes from; picture i has seed + i. Only the low 32 bits matter.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many pictures, from 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The sampler; null takes the model's own.</summary>
    public SamplerChoice? Sampler { get; init; }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; init; } = 512;

    /// <summary>Rows.</summary>
    public int Height { get; init; } = 512;

    /// <summary>Share of fresh noise in each step, 0 to 1; null takes the sampler's own.</summary>
    public double? Eta { get; init; }

    /// <summary>The layer of the text encoder that the prompt is read from, counted from its end as the web UI does: 1 is the last.</summary>
    public int ClipSkip { get; init; } = 1;

    /// <summary>The language of the prompts.</summary>
    public PromptDialect Dialect { get; init; }

    /// <summary>What <c>{a|b}</c> and <c>__name__</c> in prompts choose from; not in <see cref="PromptDialect.Plain"/> ones.</summary>
    public Wildcards Wildcards { get; init; } = Wildcards.None;

    /// <summary>What each ControlNet that was loaded with the model looks at, in their order; one without a picture is silent.</summary>
    public IReadOnlyList<ControlGuide> Controls { get; init; } = [];

    /// <summary>Questions to the network in each step: the web UI counts those where prompts change with time.</summary>
    internal int AsksPerStep => s_asksTwice.Contains(Sampler?.Sampler.Name) ? 2 : 1;

    /// <summary>What SDXL is told of the picture's size; nothing to other models.</summary>
    public SizeConditioning Sizes { get; init; } = new();

    /// <summary>Whose random numbers the seeds stand for, and variations on them. Sizes in it are in pixels.</summary>
    public NoiseSettings Noise { get; init; } = new();

    /// <summary>A picture to start from; null starts from noise alone.</summary>
    public SourcePicture? Source { get; init; }

    /// <summary>
    /// How strongly a model that edits pictures (instruct-pix2pix) keeps to the picture, 1 not beyond what the network says; null takes 1.5. Without
    /// effect where <see cref="Guidance"/> is 1.
    /// </summary>
    public double? ImageGuidance { get; init; }

    /// <summary>A second pass at a larger size; null for none.</summary>
    public HiresFix? Hires { get; init; }

    /// <summary>A model that takes over before the end, with <see cref="Hires"/> in its pass; null for none.</summary>
    public RefinerHandOver? Refiner { get; init; }

    /// <summary>Along which axes the picture continues itself.</summary>
    public Tiling Tiling { get; init; }

    /// <summary>Prompts for parts of the picture, beside the prompt for all of it.</summary>
    public IReadOnlyList<PromptRegion> Regions { get; init; } = [];

    /// <summary>Questions to the network in a pass before this one; null where there is none.</summary>
    internal int? EarlierQuestions { get; init; }

    /// <summary>
    /// The pictures that these settings ask for, each with its seed: seed + i; but of variations all have the one seed and variation seeds that
    /// count up, and of a ComfyUI batch all have the one seed and their place.
    /// </summary>
    public IEnumerable<PictureRequest> Pictures()
    {
        bool shared = Noise.Mode.Tool() == SamplingTool.ComfyUi, varied = Noise.VariationStrength > 0;
        return Enumerable.Range(0, Count).Select(i => new PictureRequest(
            Expanded(Prompt, i), Expanded(Negative, i), unchecked(Seed + (shared || varied ? 0 : (ulong)i)))
        {
            Place = shared ? i : 0,
            Of = shared ? Count : 1,
            VariationSeed = unchecked(Noise.VariationSeed + (shared ? 0 : (ulong)i)),
        });
    }

    /// <summary>Fails unless every value is in its range.</summary>
    /// <param name="factor">Pixels that width and height must be multiples of.</param>
    /// <exception cref="PareidoliaException">A value is not; the message says which would be.</exception>
    public void Validate(int factor)
    {
        if (PromptMayBeEmpty)
            RequireLength("prompt", Prompt);
        else
            RequirePrompt("prompt", Prompt);
        RequireLength("negative prompt", Negative);
        RequireRange("Steps", Steps, 1, 1000);
        RequireCount(Count);
        RequireRange("Guidance", Guidance, 0, MostGuidance);
        RequireRange("Guidance rescale", GuidanceRescale, 0, 1);
        RequireRange("Guidance start", GuidanceRules.Start, 0, 1);
        RequireRange("Guidance end", GuidanceRules.End, 0, 1);
        RequireRange("The share of the run without guidance", GuidanceRules.SkipEarly, 0, 1);
        RequireRange("The smallest sigma with guidance", GuidanceRules.MinimumSigma, 0, 100);
        RequireRange("Perturbed-attention guidance", GuidanceRules.Perturbed, 0, MostGuidance);
        RequireRange("Mimicked guidance", GuidanceRules.Mimic?.Scale ?? 0, 0, MostGuidance);
        RequireRange("The percentile of mimicked guidance", GuidanceRules.Mimic?.Percentile ?? 1, 0, 1);
        RequireRange("The share of mimicked guidance", GuidanceRules.Mimic?.Share ?? 1, 0, 1);
        RequireRange("Clip skip", ClipSkip, 1, MostClipSkip);
        RequireRange("Eta", Eta ?? 0, 0, 1);
        foreach (ControlGuide guide in Controls)
            guide.Validate();
        RequireRange("Variation strength", Noise.VariationStrength, 0, 1);
        Source?.Validate(LeastStrength);
        RequireRange("Image guidance", ImageGuidance ?? 1, 0, MostGuidance);
        if (Noise.ResizeFrom is (int rows, int columns))
        {
            RequireSide("Width to resize noise from", columns, factor);
            RequireSide("Height to resize noise from", rows, factor);
        }
        RequireSide("Width", Width, factor);
        RequireSide("Height", Height, factor);
        Hires?.Validate(this, factor);
        foreach (PromptRegion region in Regions)
            region.Validate(Width, Height);
        if (Controls.Count > 0 && Regions.Any(region => region.IsCut))
            throw new PareidoliaException("A ControlNet looks at all of the picture, and a region's prompt at an area of it: "
                + "leave one of them out, or give the regions masks.");
    }

    /// <summary>Whether the negative prompts are read: by guidance, or by a sampler that wants the estimate without the prompt.</summary>
    internal bool ReadsNegative => Guidance != 1 || Sampler?.Sampler.NeedsUnguided == true;

    /// <summary>The web UI takes a step even where nothing is to be painted over; elsewhere there would be none to take.</summary>
    internal double LeastStrength => Noise.Mode.Tool() == SamplingTool.WebUi ? 0 : double.Epsilon;

    /// <summary>The options of these settings as samplers read them.</summary>
    internal SamplerOptions SamplerOptions => new() { Eta = Eta, Tool = Noise.Mode.Tool() };

    /// <summary>The noise settings with sizes in latent cells of <paramref name="factor"/> pixels.</summary>
    internal NoiseSettings NoiseOfLatents(int factor) => Noise with
    {
        ResizeFrom = Noise.ResizeFrom is (int rows, int columns) ? (rows / factor, columns / factor) : null,
    };

    // Every picture chooses for itself.
    private string Expanded(string prompt, int picture) =>
        Dialect == PromptDialect.Plain ? prompt : Wildcards.Expand(prompt, unchecked(Seed + (ulong)picture));

    internal static void RequirePrompt(string name, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new PareidoliaException($"The {name} is empty: say what to draw, for instance \"a red apple\".");
        RequireLength(name, text);
    }

    internal static void RequireCount(int count) => RequireRange("Count", count, 1, MostPictures);

    private static void RequireLength(string name, string text)
    {
        if (text.Length > LongestPrompt)
            throw new PareidoliaException($"The {name} has {text.Length} characters; at most {LongestPrompt} are read.");
    }

    // Written so that NaN fails too.
    internal static void RequireRange(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new PareidoliaException($"{name} is {value}; a number from {least} to {most} is needed.");
    }

    private static void RequireSide(string name, int side, int factor)
    {
        if (side >= 1 && side <= LongestSide && side % factor == 0)
            return;
        int most = LongestSide / factor * factor;
        long nearest = Math.Clamp((side + factor / 2L) / factor * factor, factor, most);
        throw new PareidoliaException(side % factor == 0
            ? $"{name} is {side}; from {factor} to {most} pixels are possible."
            : $"{name} is {side}, but this model draws multiples of {factor} pixels: the nearest is {nearest}.");
    }
}

/// <summary>One picture that is asked for.</summary>
/// <param name="Prompt">What to draw.</param>
/// <param name="Negative">What to stay away from.</param>
/// <param name="Seed">Where its noise comes from.</param>
public readonly record struct PictureRequest(string Prompt, string Negative, ulong Seed)
{
    private readonly int _of;

    /// <summary>Its place in a batch that shares one random stream (ComfyUI), from 0.</summary>
    public int Place { get; init; }

    /// <summary>Pictures in that batch.</summary>
    public int Of
    {
        get => Math.Max(1, _of);
        init => _of = value;
    }

    /// <summary>The seed of the noise that a variation turns towards.</summary>
    public ulong VariationSeed { get; init; }

    /// <summary>Where its noise comes from.</summary>
    internal NoiseSeed NoiseSeed => new(Seed, Place, Of, VariationSeed);

    /// <summary>Says in the web UI's words how the noise was made; "Noise mode", which it does not know, names the mode itself.</summary>
    internal void DescribeNoise(NoiseSettings noise, IDictionary<string, string> fields)
    {
        if (noise.VariationStrength > 0)
        {
            fields["Variation seed"] = VariationSeed.ToString(CultureInfo.InvariantCulture);
            fields["Variation seed strength"] = noise.VariationStrength.ToString(CultureInfo.InvariantCulture);
        }
        if (noise.ResizeFrom is (int rows, int columns))
            fields["Seed resize from"] = string.Create(CultureInfo.InvariantCulture, $"{columns}x{rows}");
        if (noise.SeedDelta != 0)
            fields["ENSD"] = noise.SeedDelta.ToString(CultureInfo.InvariantCulture);
        fields["RNG"] = noise.Mode.WebUiSource();
        if (noise.Mode != NoiseMode.Diffusers)
            fields["Noise mode"] = noise.Mode.Name();
        if (Of > 1)
        {
            fields["Batch size"] = Of.ToString(CultureInfo.InvariantCulture);
            fields["Batch pos"] = Place.ToString(CultureInfo.InvariantCulture);
        }
    }
}
