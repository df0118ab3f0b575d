using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>The part of a picture that is drawn where only the masked is; right and bottom lie outside.</summary>
internal readonly record struct CropRegion(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    /// <summary>What is masked and pixels around it, grown to the shape in which it will be drawn as far as the picture has room.</summary>
    /// <exception cref="PareidoliaException">The mask is black.</exception>
    public static CropRegion Of(Image mask, int padding, int width, int height)
    {
        (int left, int top, int right, int bottom) = MaskPicture.Bounds(mask)
            ?? throw new PareidoliaException("Only the masked part was asked for, but the mask is black everywhere: white is what is painted anew.");
        CropRegion padded = new(
            Math.Max(left - padding, 0), Math.Max(top - padding, 0), Math.Min(right + padding, mask.Width), Math.Min(bottom + padding, mask.Height));
        double shape = (double)width / height;
        if ((double)padded.Width / padded.Height > shape)
        {
            (top, bottom) = Grown(padded.Top, padded.Bottom, (int)(padded.Width / shape), mask.Height);
            return padded with { Top = top, Bottom = bottom };
        }
        (left, right) = Grown(padded.Left, padded.Right, (int)(padded.Height * shape), mask.Width);
        return padded with { Left = left, Right = right };
    }

    /// <summary>This part of a picture.</summary>
    public Image Of(Image whole) => whole.Crop(Left, Top, Width, Height);

    // To both sides; what does not fit on one goes to the other.
    private static (int From, int To) Grown(int from, int to, int length, int most)
    {
        int more = Math.Max(0, length - (to - from));
        from -= more / 2;
        to += more - (more / 2);
        int over = Math.Max(0, to - most);
        (from, to) = (from - over, to - over);
        return from < 0 ? (0, Math.Min(to - from, most)) : (from, to);
    }
}
