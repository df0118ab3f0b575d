using Pareidolia.Files;
using Pareidolia.Imaging.Exif;
using Pareidolia.Imaging.Vips;

namespace Pareidolia.Imaging;

/// <summary>
/// Picture files of every kind, with the settings inside: PNG by our own codec; JPEG, WebP, AVIF and TIFF through libvips
/// (https://www.libvips.org), where it is on the machine. What a file holds decides, not what it is called.
/// </summary>
public static class ImageFile
{
    /// <summary>Reads a file as 8-bit RGB or RGBA, upright as its orientation tag says. Colour profiles are not applied.</summary>
    /// <param name="path">PNG, JPEG, WebP, AVIF or TIFF.</param>
    /// <param name="limits">How much memory it may ask for; null takes <see cref="PngLimits.Default"/>.</param>
    /// <exception cref="PareidoliaException">It cannot be opened or is not a readable picture, or libvips is needed and not there.</exception>
    public static Image Read(string path, PngLimits? limits = null)
    {
        try
        {
            return Read(File.ReadAllBytes(path), path, limits);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the picture '{path}': {error.Message}", error);
        }
    }

    /// <summary>Reads a picture that is in memory.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What error messages call it.</param>
    /// <param name="limits">How much memory it may ask for; null takes <see cref="PngLimits.Default"/>.</param>
    /// <exception cref="PareidoliaException">It is not a readable picture, or libvips is needed and not there.</exception>
    public static Image Read(ReadOnlySpan<byte> file, string name, PngLimits? limits = null)
    {
        if (ImageFormats.Of(file) is not ImageFormat format)
            throw new PareidoliaException(file.IsEmpty ? $"The picture '{name}' is empty."
                : $"'{name}' is not a picture that can be read: it begins as none of PNG, JPEG, WebP, AVIF and TIFF does.");
        return format == ImageFormat.Png
            ? PngReader.Read(file, name, limits)
            : VipsReader.Read(file, format, name, limits ?? PngLimits.Default);
    }

    /// <summary>True when the bytes begin as a picture does.</summary>
    public static bool IsPicture(ReadOnlySpan<byte> file) => ImageFormats.Of(file) is not null;

    /// <summary>
    /// Writes a file; it is complete or not there (see <see cref="AtomicFile"/>). All texts travel with a PNG; the text of
    /// <see cref="Infotext.Key"/> travels with a JPEG or WebP, as a user comment.
    /// </summary>
    /// <exception cref="PareidoliaException">The file cannot be written, or <see cref="ImageEncoding.Require"/> fails.</exception>
    public static void Write(string path, Image image, ImageEncoding encoding)
    {
        byte[] file = Encode(image, encoding);
        AtomicFile.Write(path, stream => stream.Write(file));
    }

    /// <summary>The file as bytes.</summary>
    /// <exception cref="PareidoliaException"><see cref="ImageEncoding.Require"/> fails, or the settings do not fit into the format.</exception>
    public static byte[] Encode(Image image, ImageEncoding encoding)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(encoding);
        if (encoding.Format == ImageFormat.Png)
            return PngWriter.Encode(image);
        encoding.Require(image.Width, image.Height);
        byte[] file = VipsWriter.Encode(image, encoding);
        if (!image.Texts.TryGetValue(Infotext.Key, out string? settings))
            return file;
        byte[] exif = UserComment.Write(settings);
        return encoding.Format == ImageFormat.Jpeg ? JpegExif.Add(file, exif) : WebPExif.Add(file, exif, image);
    }
}
