using Pareidolia.Imaging.Exif;

namespace Pareidolia.Imaging.Vips;

/// <summary>Reads JPEG, WebP, AVIF and TIFF files through libvips, each by its own loader: libvips does not choose.</summary>
internal static class VipsReader
{
    private const int MostBands = 5; // CMYK with transparency

    /// <summary>The picture of a file, as RGB or RGBA.</summary>
    /// <exception cref="PareidoliaException">It is damaged or too large, or libvips is not there.</exception>
    public static Image Read(ReadOnlySpan<byte> file, ImageFormat format, string name, PngLimits limits)
    {
        VipsLibrary.Require($"'{name}' is {(format == ImageFormat.Avif ? "an" : "a")} {format.Label()}, which is read");
        lock (VipsLibrary.Turn)
        {
            try
            {
                using VipsImage loaded = Load(file, format);
                Check(loaded, limits);
                return Decode(loaded);
            }
            catch (VipsDamage damage)
            {
                throw new PareidoliaException($"'{name}' is not a readable {format.Label()}: {damage.Message}.", damage);
            }
        }
    }

    // Only the header is read here.
    private static VipsImage Load(ReadOnlySpan<byte> file, ImageFormat format)
    {
        using VipsOperation load = new(format switch
        {
            ImageFormat.Jpeg => "jpegload_buffer",
            ImageFormat.WebP => "webpload_buffer",
            ImageFormat.Avif => "heifload_buffer",
            _ => "tiffload_buffer",
        });
        return load.With("buffer", file).With("fail_on", "error").Image();
    }

    private static void Check(VipsImage image, PngLimits limits)
    {
        if ((long)image.Width * image.Height > limits.MaxPixels)
            throw new VipsDamage($"it says it is {image.Width}x{image.Height} pixels, more than the {limits.MaxPixels} that are allowed");
        if (image.Bands > MostBands)
            throw new VipsDamage($"it has {image.Bands} channels, more than the {MostBands} of any colour model that is read");
    }

    private static Image Decode(VipsImage loaded)
    {
        using VipsImage upright = Run("autorot", loaded);
        using VipsImage colours = Run("colourspace", upright, ("space", "srgb"));
        using VipsImage bytes = Run("cast", colours, ("format", "uchar"));
        if (bytes.Bands is not (3 or 4))
            throw new VipsDamage($"it has {bytes.Bands} channels where colours are meant");
        Image image = new(bytes.Width, bytes.Height, bytes.Bands, bytes.Pixels());
        if (UserComment.Read(loaded.Field("exif-data")) is { Length: > 0 } settings)
            image.Texts[Infotext.Key] = settings;
        return image;
    }

    private static VipsImage Run(string name, VipsImage image, params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        using VipsOperation operation = new(name);
        operation.With("in", image);
        foreach ((string argument, string value) in arguments)
            operation.With(argument, value);
        return operation.Image();
    }
}
