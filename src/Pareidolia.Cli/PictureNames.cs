using Pareidolia.Imaging;

namespace Pareidolia.Cli;

/// <summary>What the ending of a picture's name stands for.</summary>
internal static class PictureNames
{
    /// <summary>The format that a name ends with; null where it does not end as a picture that is written.</summary>
    public static ImageFormat? Format(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => ImageFormat.Png,
        ".jpg" or ".jpeg" => ImageFormat.Jpeg,
        ".webp" => ImageFormat.WebP,
        _ => null,
    };

    /// <summary>Whether a name ends as a picture that is not written.</summary>
    public static bool IsForeign(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".gif" or ".bmp" or ".tif" or ".tiff" or ".avif" or ".heic" or ".jxl";

    /// <summary>The usual ending of a format's names.</summary>
    public static string Extension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => ".jpg",
        ImageFormat.WebP => ".webp",
        _ => ".png",
    };

    /// <summary>A name without the ending that says its format, if it has one.</summary>
    public static string Stem(string name) => Format(name) is null ? name : name[..^Path.GetExtension(name).Length];
}
