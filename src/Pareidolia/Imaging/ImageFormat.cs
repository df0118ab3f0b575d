namespace Pareidolia.Imaging;

/// <summary>The kinds of picture files.</summary>
public enum ImageFormat
{
    /// <summary>Read and written by our own codec.</summary>
    Png,

    /// <summary>Read and written through libvips.</summary>
    Jpeg,

    /// <summary>Read and written through libvips.</summary>
    WebP,

    /// <summary>Read through libvips.</summary>
    Avif,

    /// <summary>Read through libvips.</summary>
    Tiff,
}

/// <summary>How formats are told apart, by what files hold and not by what they are called.</summary>
internal static class ImageFormats
{
    /// <summary>As many bytes of a file's beginning as <see cref="Of"/> looks at.</summary>
    public const int Start = 64;

    // In an ISO media file the box of brands is the first: its length, "ftyp", the main brand, a version, the other brands.
    private const int FirstBrand = 8;
    private const int OtherBrands = 16;

    /// <summary>The format of a file that begins with these bytes; null where it is none of them.</summary>
    public static ImageFormat? Of(ReadOnlySpan<byte> file)
    {
        if (PngReader.IsPng(file))
            return ImageFormat.Png;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (file.StartsWith("RIFF"u8) && file.Length >= 12 && file[8..12].SequenceEqual("WEBP"u8))
            return ImageFormat.WebP;
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8))
            return ImageFormat.Tiff;
        return IsAvif(file) ? ImageFormat.Avif : null;
    }

    /// <summary>The format as sentences name it.</summary>
    public static string Label(this ImageFormat format) => format is ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();

    private static bool IsAvif(ReadOnlySpan<byte> file)
    {
        if (file.Length < OtherBrands || !file[4..].StartsWith("ftyp"u8))
            return false;
        if (file[FirstBrand..].StartsWith("avi"u8))
            return true;
        ReadOnlySpan<byte> others = file[OtherBrands..Math.Min(file.Length, Start)];
        return others.IndexOf("avif"u8) >= 0 || others.IndexOf("avis"u8) >= 0;
    }
}
