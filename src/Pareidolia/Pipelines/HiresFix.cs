using System.Globalization;
using Pareidolia.Diffusion;
using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>
/// A second pass at a larger size, as the web UI's "hires. fix" has it: what the first pass drew is enlarged, noised, and drawn anew in part.
/// </summary>
public sealed record HiresFix
{
    /// <summary>The names of the upscalers that need no file: those of latents, then those of pictures.</summary>
    public static IReadOnlyList<string> Upscalers { get; } = [.. HiresUpscaling.Names];

    /// <summary>
    /// Times as large, above 1 to 8, each side rounded down to what the model draws; without effect where <see cref="Size"/> is given.
    /// </summary>
    public double Scale { get; init; } = 2;

    /// <summary>The size in pixels; a side of 0 follows from the other. What a shape of its own leaves over is cut off on both sides.</summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>Steps of the second pass, all of which are taken; null takes as many as the first.</summary>
    public int? Steps { get; init; }

    /// <summary>How much the second pass paints over, above 0 to 1; with the web UI's noise also 0, nearly nothing.</summary>
    public double Strength { get; init; } = 0.7;

    /// <summary>One of <see cref="Upscalers"/>, in any case; without effect where there is a <see cref="Network"/>.</summary>
    public string Upscaler { get; init; } = "Latent";

    /// <summary>
    /// A network that enlarges the pictures of the first pass; null takes the <see cref="Upscaler"/>. Whoever loaded it disposes it.
    /// </summary>
    public PictureUpscaler? Network { get; init; }

    /// <summary>What the second pass draws; null is the same.</summary>
    public string? Prompt { get; init; }

    /// <summary>What the second pass stays away from; null is the same.</summary>
    public string? Negative { get; init; }

    /// <summary>The second pass's sampler; null is the same.</summary>
    public SamplerChoice? Sampler { get; init; }

    /// <summary>Fails unless every value is in its range.</summary>
    internal void Validate(GenerateSettings settings, int factor)
    {
        if (settings.Source is not null)
            throw new PareidoliaException(
                "A second pass at a larger size follows a run from text; with a picture to start from, ask for the larger size itself.");
        if (Size is null)
            GenerateSettings.RequireRange("The scale of the second pass", Scale, Math.BitIncrement(1.0), 8);
        GenerateSettings.RequireRange("Steps of the second pass", Steps ?? settings.Steps, 1, 1000);
        GenerateSettings.RequireRange("Strength of the second pass", Strength, settings.LeastStrength, 1);
        if (Network is null)
            _ = HiresUpscaling.Named(Upscaler);
        Second(settings, factor).Validate(factor);
    }

    /// <summary>Settings of one pass that takes as much: the larger size, and steps of the first pass as parts of steps of the second.</summary>
    internal GenerateSettings Forecast(GenerateSettings settings)
    {
        HiresSize size = SizeFrom(settings.Width, settings.Height, 1);
        (int width, int height) = (Math.Max(1, size.Columns - size.CutColumns), Math.Max(1, size.Rows - size.CutRows));
        double share = (double)settings.Width * settings.Height / ((double)width * height);
        return settings with
        {
            Hires = null,
            Width = width,
            Height = height,
            Steps = (Steps ?? settings.Steps) + (int)Math.Ceiling(settings.Steps * share),
        };
    }

    /// <summary>The size of the second pass.</summary>
    internal HiresSize SizeFrom(int width, int height, int factor) => Size is (int wide, int high)
        ? HiresSize.Of(width, height, wide, high, factor)
        : new HiresSize((int)(width * Scale) / factor, (int)(height * Scale) / factor, 0, 0);

    /// <summary>The settings of the second pass.</summary>
    internal GenerateSettings Second(GenerateSettings settings, int factor)
    {
        HiresSize size = SizeFrom(settings.Width, settings.Height, factor);
        return settings with
        {
            Hires = null,
            Prompt = Prompt ?? settings.Prompt,
            Negative = Negative ?? settings.Negative,
            Width = (size.Columns - size.CutColumns) * factor,
            Height = (size.Rows - size.CutRows) * factor,
            Steps = Steps ?? settings.Steps,
            Sampler = Sampler ?? settings.Sampler,
            EarlierQuestions = settings.Steps * settings.AsksPerStep,
            Regions = [.. settings.Regions.Select(region => region.InShares(settings.Width, settings.Height))],
        };
    }

    /// <summary>The steps of the second pass: the last of a schedule that is longer by as much as is not painted over.</summary>
    internal SamplingPlan Plan(Func<int, SamplingPlan> whole, int steps) => Strength == 0
        // The web UI takes none at all; one from the least noise changes next to nothing.
        ? whole(Math.Max(2, steps)).Last(1)
        : whole((int)(steps / Math.Min(Strength, SourcePicture.WebUiMostStrength))).Last(steps);

    /// <summary>Says it in the web UI's words.</summary>
    internal void Describe(IDictionary<string, string> fields)
    {
        fields["Denoising strength"] = Written(Strength);
        if (Size is (int width, int height))
            fields["Hires resize"] = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
        else
            fields["Hires upscale"] = Written(Scale);
        if (Steps is int steps)
            fields["Hires steps"] = Written(steps);
        fields["Hires upscaler"] = Network?.Name ?? HiresUpscaling.Named(Upscaler).Name;
        if (Sampler is SamplerChoice choice)
            fields["Hires sampler"] = choice.Sampler.Label;
        if (Sampler?.ScheduleLabel is string schedule)
            fields["Hires schedule type"] = schedule;
        if (Prompt is not null)
            fields["Hires prompt"] = Prompt;
        if (Negative is not null)
            fields["Hires negative prompt"] = Negative;
    }

    private static string Written(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}

/// <summary>The size of a second pass in cells of latents.</summary>
/// <param name="Columns">What is enlarged to.</param>
/// <param name="Rows">What is enlarged to.</param>
/// <param name="CutColumns">How many of them are cut off, the half on each side, of an odd number one more on the right.</param>
/// <param name="CutRows">The same of rows.</param>
internal readonly record struct HiresSize(int Columns, int Rows, int CutColumns, int CutRows)
{
    /// <summary>The smallest size of the first pass's shape that covers the one asked for.</summary>
    public static HiresSize Of(int width, int height, int wantedWidth, int wantedHeight, int factor)
    {
        bool byWidth = wantedHeight == 0 || (wantedWidth != 0 && (double)width / height < (double)wantedWidth / wantedHeight);
        int across = byWidth ? wantedWidth : (int)((long)wantedHeight * width / height);
        int down = byWidth ? (int)((long)wantedWidth * height / width) : wantedHeight;
        int wider = wantedWidth == 0 ? 0 : across - wantedWidth, higher = wantedHeight == 0 ? 0 : down - wantedHeight;
        return new HiresSize(across / factor, down / factor, wider / factor, higher / factor);
    }
}
