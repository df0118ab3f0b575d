using Pareidolia.Diffusion;

namespace Pareidolia.Pipelines;

/// <summary>
/// All that decides a picture besides the model. A pipeline's <see cref="StableDiffusionPipeline.Defaults"/> have what suits its model:
/// <code>GenerateSettings settings = pipeline.Defaults with { Prompt = "a red apple", Seed = 42 };</code>
/// </summary>
public sealed record GenerateSettings
{
    /// <summary>The longest prompt that is read, in characters: far more than any text encoder sees.</summary>
    public const int LongestPrompt = 10_000;

    private const int MostPictures = 10_000;
    private const int LongestSide = 16_384;
    private const double MostGuidance = 1000;
    private const int MostClipSkip = 12;

    /// <summary>What to draw.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>What to stay away from; without effect where <see cref="Guidance"/> is 1.</summary>
    public string Negative { get; init; } = "";

    /// <summary>Denoising steps, from 1.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>How strongly the prompt is followed: 1 not beyond what the network says, 7.5 usual for Stable Diffusion.</summary>
    public double Guidance { get; init; } = 7.5;

    /// <summary>Share, 0 to 1, in which guidance keeps the prediction's own deviation; against glaring colours.</summary>
    public double GuidanceRescale { get; init; }

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

    /// <summary>The pictures that these settings ask for, each with its seed.</summary>
    public IEnumerable<PictureRequest> Pictures() =>
        Enumerable.Range(0, Count).Select(i => new PictureRequest(Prompt, Negative, unchecked(Seed + (ulong)i)));

    /// <summary>Fails unless every value is in its range.</summary>
    /// <param name="factor">Pixels that width and height must be multiples of.</param>
    /// <exception cref="PareidoliaException">A value is not; the message says which would be.</exception>
    public void Validate(int factor)
    {
        RequirePrompt("prompt", Prompt);
        RequireLength("negative prompt", Negative);
        RequireRange("Steps", Steps, 1, 1000);
        RequireRange("Count", Count, 1, MostPictures);
        RequireRange("Guidance", Guidance, 0, MostGuidance);
        RequireRange("Guidance rescale", GuidanceRescale, 0, 1);
        RequireRange("Clip skip", ClipSkip, 1, MostClipSkip);
        RequireRange("Eta", Eta ?? 0, 0, 1);
        RequireSide("Width", Width, factor);
        RequireSide("Height", Height, factor);
    }

    /// <summary>The options of these settings as samplers read them.</summary>
    internal SamplerOptions SamplerOptions => new() { Eta = Eta };

    private static void RequirePrompt(string name, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new PareidoliaException($"The {name} is empty: say what to draw, for instance \"a red apple\".");
        RequireLength(name, text);
    }

    private static void RequireLength(string name, string text)
    {
        if (text.Length > LongestPrompt)
            throw new PareidoliaException($"The {name} has {text.Length} characters; at most {LongestPrompt} are read.");
    }

    // Written so that NaN fails too.
    private static void RequireRange(string name, double value, double least, double most)
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
public readonly record struct PictureRequest(string Prompt, string Negative, ulong Seed);
