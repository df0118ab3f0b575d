using Pareidolia.Imaging.Vips;

namespace Pareidolia.Imaging;

/// <summary>How a picture is written.</summary>
/// <param name="Format">PNG, JPEG or WebP.</param>
/// <param name="Quality">1 to 100, for JPEG and WebP; WebP with 100 loses nothing.</param>
public sealed record ImageEncoding(ImageFormat Format = ImageFormat.Png, int Quality = ImageEncoding.UsualQuality)
{
    /// <summary>The quality where none is asked for: from 90 on JPEG keeps colours at full resolution.</summary>
    public const int UsualQuality = 90;

    private const int LongestOfWebP = 16_383;
    private const int LongestOfJpeg = 65_500;

    /// <summary>Fails unless a picture of this size can be written so on this machine.</summary>
    /// <exception cref="PareidoliaException">libvips is needed and not there, the format is only read, a number is out of its range.</exception>
    public void Require(int width, int height)
    {
        if (Format == ImageFormat.Png)
            return;
        if (Format is not (ImageFormat.Jpeg or ImageFormat.WebP))
            throw new PareidoliaException($"Pictures are written as PNG, JPEG or WebP; {Format.Label()} is only read.");
        if (Quality is < 1 or > 100)
            throw new PareidoliaException($"The quality of a {Format.Label()} is {Quality}; a whole number from 1 to 100 is needed.");
        int longest = Format == ImageFormat.WebP ? LongestOfWebP : LongestOfJpeg;
        if (Math.Max(width, height) > longest)
            throw new PareidoliaException($"A {Format.Label()} has sides of at most {longest} pixels; {width}x{height} can be a PNG.");
        VipsLibrary.Require($"{Format.Label()} files are written");
    }
}
