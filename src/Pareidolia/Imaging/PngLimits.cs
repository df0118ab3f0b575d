namespace Pareidolia.Imaging;

/// <summary>How much memory a picture's file may ask for; checked before anything is allocated.</summary>
/// <param name="MaxPixels">Width times height.</param>
/// <param name="MaxTextBytes">All texts of a PNG together, after decompression.</param>
public sealed record PngLimits(long MaxPixels = 1L << 26, int MaxTextBytes = 1 << 24)
{
    /// <summary>67 million pixels (8192 x 8192), 16 MiB of text.</summary>
    public static PngLimits Default { get; } = new();
}
