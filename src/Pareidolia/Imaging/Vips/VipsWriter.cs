using System.Globalization;

namespace Pareidolia.Imaging.Vips;

/// <summary>Writes JPEG and WebP files through libvips, without texts.</summary>
internal static class VipsWriter
{
    private const int Lossless = 100;

    /// <summary>The file. JPEG has no transparency: what is transparent becomes white.</summary>
    /// <exception cref="PareidoliaException">libvips cannot write it.</exception>
    public static byte[] Encode(Image image, ImageEncoding encoding)
    {
        bool jpeg = encoding.Format == ImageFormat.Jpeg;
        lock (VipsLibrary.Turn)
        {
            try
            {
                using VipsImage pixels = VipsImage.Of(jpeg && image.Channels == 4 ? image.ToRgb() : image);
                using VipsOperation save = new(jpeg ? "jpegsave_buffer" : "webpsave_buffer");
                save.With("in", pixels).With("Q", encoding.Quality.ToString(CultureInfo.InvariantCulture)).With("strip", "true");
                if (!jpeg && encoding.Quality == Lossless)
                    save.With("lossless", "true");
                return save.Bytes();
            }
            catch (VipsDamage damage)
            {
                throw new PareidoliaException($"The picture cannot be written as {encoding.Format.Label()}: {damage.Message}.", damage);
            }
        }
    }
}
