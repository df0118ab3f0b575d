namespace Pareidolia.Imaging;

/// <summary>One pass of an interlaced PNG: every so many columns and rows from a first one on.</summary>
internal readonly record struct PngPass(int Left, int Top, int StepX, int StepY)
{
    /// <summary>The seven passes of Adam7.</summary>
    public static readonly PngPass[] Adam7 =
        [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];

    /// <summary>The one pass of a picture that is not interlaced.</summary>
    public static readonly PngPass[] Whole = [new(0, 0, 1, 1)];

    public int Columns(int width) => width <= Left ? 0 : (width - Left - 1) / StepX + 1;

    public int Rows(int height) => height <= Top ? 0 : (height - Top - 1) / StepY + 1;
}
