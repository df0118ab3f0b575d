using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>A way to enlarge what the first pass drew.</summary>
/// <param name="Name">The web UI's name.</param>
/// <param name="Latent">How latents are resized; null where it enlarges pictures.</param>
/// <param name="Antialias">Whether resizing widens its filter.</param>
/// <param name="Picture">How pictures are resized.</param>
internal sealed record HiresUpscaler(string Name, Interpolation? Latent = null, bool Antialias = false, Resampling Picture = Resampling.Lanczos);

/// <summary>Enlarges between the passes of a run.</summary>
internal static class HiresUpscaling
{
    // The web UI's networks and resamplers aim at sides that are multiples of this.
    private const int PictureMultiple = 8;

    private static readonly HiresUpscaler[] s_known =
    [
        new("Latent", Interpolation.Bilinear), new("Latent (antialiased)", Interpolation.Bilinear, Antialias: true),
        new("Latent (bicubic)", Interpolation.Bicubic), new("Latent (bicubic antialiased)", Interpolation.Bicubic, Antialias: true),
        new("Latent (nearest)", Interpolation.Nearest), new("Latent (nearest-exact)", Interpolation.NearestExact),
        new("None"), new("Lanczos"), new("Nearest", Picture: Resampling.Nearest),
    ];

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => s_known.Select(known => known.Name);

    /// <summary>The upscaler of a name, in any case.</summary>
    /// <exception cref="PareidoliaException">There is none; the message lists all.</exception>
    public static HiresUpscaler Named(string name) =>
        Array.Find(s_known, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new PareidoliaException(
            $"The upscaler \"{name}\" is not known; there are {string.Join(", ", Names)}, and files of upscaling networks.");

    /// <summary>Latents [n, rows, columns, c] of another size.</summary>
    public static Tensor Latents(Tensor small, HiresUpscaler upscaler, HiresSize size) =>
        small.Interpolate(size.Rows, size.Columns, upscaler.Latent!.Value, antialias: upscaler.Antialias);

    /// <summary>A picture of another size: resampled to about it, then exactly.</summary>
    public static Image Picture(Image small, HiresUpscaler upscaler, int width, int height)
    {
        double scale = Math.Max((double)width / small.Width, (double)height / small.Height);
        if (upscaler.Name == "None" || scale <= 1)
            return Resize.To(small, width, height);
        Image large = Resize.To(small, (int)(small.Width * scale), (int)(small.Height * scale), upscaler.Picture);
        return Exactly(Exactly(large, Rounded(small.Width * scale), Rounded(small.Height * scale)), width, height);
    }

    /// <summary>What is cut off of latents [n, rows, columns, c].</summary>
    public static Tensor Cut(Tensor large, HiresSize size) => large
        .Slice(1, size.CutRows / 2, large.Shape[1] - size.CutRows).Slice(2, size.CutColumns / 2, large.Shape[2] - size.CutColumns);

    private static int Rounded(double side) => Math.Max(PictureMultiple, (int)side / PictureMultiple * PictureMultiple);

    private static Image Exactly(Image image, int width, int height) =>
        (image.Width, image.Height) == (width, height) ? image : Resize.To(image, width, height);
}
