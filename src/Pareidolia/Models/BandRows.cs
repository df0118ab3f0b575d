using Pareidolia.Nn;

namespace Pareidolia.Models;

/// <summary>How a picture is cut.</summary>
internal static class BandRows
{
    /// <summary>Levels that are cut. They are those that memory is about; in smaller ones, weights are more work than pixels.</summary>
    public const int Levels = 2;

    // Numbers in a band of the widest layer at full size.
    private const long Floats = 8 << 20;

    /// <summary>Bands begin on multiples of this: on windows of fast convolutions, at each size.</summary>
    public const int Grid = 16;

    private const long LargePixels = 384 * 384;

    /// <summary>Rows of a band at full size; 0 for a picture that is worked on as a whole.</summary>
    /// <param name="tiling">What was asked for.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="channels">Channels of the widest layer at full size.</param>
    public static int Of(VaeTiling tiling, int height, int width, int channels)
    {
        if (tiling == VaeTiling.Off || WrappedEdges.AreOpen || (tiling == VaeTiling.Auto && (long)height * width < LargePixels))
            return 0;
        return (int)Math.Max(1, Floats / ((long)width * channels * Grid)) * Grid;
    }
}
