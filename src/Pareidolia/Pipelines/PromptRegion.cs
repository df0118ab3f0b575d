using System.Globalization;
using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>A rectangle of a picture; in pixels, or where <paramref name="InShares"/> in shares of its sides, 0 to 1.</summary>
/// <param name="Left">From the left edge.</param>
/// <param name="Top">From the upper edge.</param>
/// <param name="Width">Above 0.</param>
/// <param name="Height">Above 0.</param>
/// <param name="InShares">Whether the numbers are shares.</param>
public readonly record struct RegionArea(double Left, double Top, double Width, double Height, bool InShares = false)
{
    /// <summary>The same in shares.</summary>
    internal RegionArea Shares(int width, int height) =>
        InShares ? this : new RegionArea(Left / width, Top / height, Width / width, Height / height, InShares: true);

    /// <summary>
    /// The same in whole cells of latents, at least one, cut off at the edges: ComfyUI's ConditioningSetArea, and its SetAreaPercentage for shares.
    /// </summary>
    internal CropRegion Cells(int columns, int rows, int factor)
    {
        (int left, int top) = (Math.Min(Place(Left, columns, factor), columns - 1), Math.Min(Place(Top, rows, factor), rows - 1));
        (int width, int height) = (Math.Max(1, Place(Width, columns, factor)), Math.Max(1, Place(Height, rows, factor)));
        return new CropRegion(left, top, Math.Min(columns, left + width), Math.Min(rows, top + height));
    }

    private int Place(double value, int cells, int factor) => InShares ? (int)Math.Round(value * cells) : (int)(value / factor);
}

/// <summary>
/// A prompt for a part of the picture, an area or a mask. Where several speak, and the prompt of the whole picture, the network's answers are
/// averaged by their strengths, as ComfyUI does.
/// </summary>
/// <param name="Prompt">What to draw there.</param>
public sealed record PromptRegion(string Prompt)
{
    /// <summary>Where; the network sees nothing else for this prompt. Null with a mask.</summary>
    public RegionArea? Area { get; init; }

    /// <summary>Weight of this prompt against that of the whole picture, which is 1; 0 to 10.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>White is where; the network sees all of the picture. Any size. Null with an area.</summary>
    public Image? Mask { get; init; }

    /// <summary>Whether the network sees no more than the rectangle around the mask (ComfyUI's set_cond_area "mask bounds").</summary>
    public bool BoundedByMask { get; init; }

    /// <summary>Whether the network sees a part of the picture alone.</summary>
    internal bool IsCut => Area is not null || BoundedByMask;

    /// <summary>The same with its area in shares of a picture of this size.</summary>
    internal PromptRegion InShares(int width, int height) => this with { Area = Area?.Shares(width, height) };

    /// <summary>Fails unless every value is in its range.</summary>
    internal void Validate(int width, int height)
    {
        GenerateSettings.RequirePrompt("prompt of a region", Prompt);
        GenerateSettings.RequireRange("The strength of a region", Strength, 0, 10);
        if (Area is null == Mask is null)
            throw new PareidoliaException($"The region \"{Shortened}\" needs either an area or a mask.");
        if (Area?.Shares(width, height) is RegionArea area && !(area is { Left: >= 0 and < 1, Top: >= 0 and < 1, Width: > 0, Height: > 0 }))
            throw new PareidoliaException(
                $"The region \"{Shortened}\" lies outside of the picture: its left upper corner is to be within {width}x{height}, its sides above 0.");
    }

    /// <summary>Says it in a picture's settings; no program has a key for it.</summary>
    internal string Described() => Area is RegionArea area
        ? string.Create(CultureInfo.InvariantCulture, $"{area.Left},{area.Top},{area.Width},{area.Height},{Strength}: {Prompt}")
        : string.Create(CultureInfo.InvariantCulture, $"{(BoundedByMask ? "bounds of a mask" : "mask")},{Strength}: {Prompt}");

    private string Shortened => Prompt.Length > 40 ? Prompt[..40] + "..." : Prompt;
}
