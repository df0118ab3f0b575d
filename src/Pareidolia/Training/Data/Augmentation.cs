using Pareidolia.Weights;

namespace Pareidolia.Training.Data;

/// <summary>How training pictures are varied. Text-bearing pictures are never mirrored: see <see cref="MirrorRule"/>.</summary>
/// <param name="MirrorShare">Share of the pictures that are mirrored, among those that may be; 0 to 1.</param>
/// <param name="Shift">Largest shift to each side, as a share of the width; 0 to 1.</param>
/// <param name="Zoom">Largest enlargement and shrinking: 0.05 stands for factors from 1/1.05 to 1.05.</param>
public sealed record Augmentation(double MirrorShare = 0.5, double Shift = 0.04, double Zoom = 0.06)
{
    /// <summary>What a recipe's section says (<c>mirror</c>, <c>shift</c>, <c>zoom</c>, each 0 where it is absent); pictures as they are without one.</summary>
    public static Augmentation FromJson(JsonConfig? section) => section is null
        ? None
        : new Augmentation(section.Double("mirror", 0), section.Double("shift", 0), section.Double("zoom", 0));

    /// <summary>Pictures as they are.</summary>
    public static Augmentation None { get; } = new(0, 0, 0);

    /// <summary>What happens to a picture in an epoch; depends on seed, epoch and the picture's key alone.</summary>
    public AugmentationDraw Draw(CaptionRecord record, ulong seed, int epoch)
    {
        KeyedRandom random = new(seed, epoch, $"augmentation {record.Key}");
        double mirror = random.NextDouble(), right = Side(random), down = Side(random), zoom = Side(random);
        return new AugmentationDraw(
            mirror < MirrorShare && MirrorRule.Allows(record), right * Shift, down * Shift, Math.Pow(1 + Zoom, zoom));
    }

    private static double Side(KeyedRandom random) => 2 * random.NextDouble() - 1;
}

/// <summary>One variation of a picture.</summary>
/// <param name="IsMirrored">Whether left and right are exchanged.</param>
/// <param name="Right">Shift to the right, as a share of the width.</param>
/// <param name="Down">Shift down, as a share of the width.</param>
/// <param name="Scale">Enlargement.</param>
public readonly record struct AugmentationDraw(bool IsMirrored, double Right, double Down, double Scale)
{
    /// <summary>Varies a picture [height, width, channels]; what comes in from outside has the fill value, white where nothing else is said.</summary>
    public byte[] Apply(ReadOnlySpan<byte> pixels, int width, int channels, byte fill = 255)
    {
        byte[] result = IsMirrored ? PixelMoves.Mirror(pixels, width, channels) : pixels.ToArray();
        if (Scale != 1)
            result = PixelMoves.Scale(result, width, channels, Scale, fill);
        (int right, int down) = ((int)Math.Round(Right * width), (int)Math.Round(Down * width));
        return right == 0 && down == 0 ? result : PixelMoves.Shift(result, width, channels, right, down, fill);
    }
}
