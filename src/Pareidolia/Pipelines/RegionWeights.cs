using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>Where a region's prompt is heard, and how much, as ComfyUI weighs it.</summary>
/// <param name="Area">What the network sees, in cells.</param>
/// <param name="Shares">[1, h, w, 1] of the area.</param>
internal sealed record RegionWeights(CropRegion Area, Tensor Shares)
{
    // Cells over which an area fades out towards the rest of the picture.
    private const int Fuzz = 8;

    // The least that ComfyUI lets the network see where a mask says how much.
    private const int LeastCells = 8;

    /// <summary>The weights of a region in latents of some cells.</summary>
    public static RegionWeights Of(PromptRegion region, int columns, int rows, int factor, Backend device)
    {
        if (region.Mask is Image mask)
            return Masked(region, mask, columns, rows, device);
        CropRegion area = region.Area!.Value.Cells(columns, rows, factor);
        float[] shares = new float[area.Width * area.Height];
        (double[] across, double[] down) = (Fading(area.Left, area.Width, columns), Fading(area.Top, area.Height, rows));
        for (int i = 0; i < shares.Length; i++)
            shares[i] = (float)(region.Strength * across[i % area.Width] * down[i / area.Width]);
        return new RegionWeights(area, Tensor.From(shares, [1, area.Height, area.Width, 1], device));
    }

    /// <summary>This part of a tensor [n, rows, columns, c].</summary>
    public Tensor Cut(Tensor whole) => (Area.Width, Area.Height) == (whole.Shape[2], whole.Shape[1])
        ? whole
        : whole.Slice(1, Area.Top, Area.Height).Slice(2, Area.Left, Area.Width);

    /// <summary>A part [n, h, w, c] in its place, with zeros around it.</summary>
    public Tensor Placed(Tensor part, int columns, int rows) =>
        part.Pad(1, Area.Top, rows - Area.Bottom).Pad(2, Area.Left, columns - Area.Right);

    private static RegionWeights Masked(PromptRegion region, Image mask, int columns, int rows, Backend device)
    {
        Image grey = MaskPicture.Of(mask);
        Tensor pixels = Tensor.From(Array.ConvertAll(grey.Pixels, value => value / 255f), [1, grey.Height, grey.Width, 1], device);
        Tensor cells = pixels.Interpolate(rows, columns, Interpolation.Bilinear).Scale((float)region.Strength);
        CropRegion area = region.BoundedByMask ? Bounds(cells.ToArray(), columns, rows) : new CropRegion(0, 0, columns, rows);
        RegionWeights whole = new(area, cells);
        return whole with { Shares = whole.Cut(cells) };
    }

    private static CropRegion Bounds(float[] cells, int columns, int rows)
    {
        Image white = new(columns, rows, 1, Array.ConvertAll(cells, value => value > 0 ? byte.MaxValue : (byte)0));
        (int left, int top, int right, int bottom) = MaskPicture.Bounds(white) ?? (0, 0, 1, 1);
        return new CropRegion(
            left, top, Math.Min(columns, Math.Max(right, left + LeastCells)), Math.Min(rows, Math.Max(bottom, top + LeastCells)));
    }

    // 1 but towards the sides that are not the picture's own.
    private static double[] Fading(int start, int length, int whole)
    {
        int reach = Math.Min(Fuzz, length / 4);
        double[] shares = new double[length];
        for (int i = 0; i < length; i++)
        {
            double before = start > 0 && i < reach ? (i + 1.0) / reach : 1;
            double after = start + length < whole && length - i <= reach ? (double)(length - i) / reach : 1;
            shares[i] = before * after;
        }
        return shares;
    }
}
