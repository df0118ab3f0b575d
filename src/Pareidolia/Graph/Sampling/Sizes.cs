using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>Other sizes for pictures and latents, as ComfyUI names and does them.</summary>
internal static class Sizes
{
    /// <summary>The ways for latents.</summary>
    public static string[] LatentWays { get; } = ["nearest-exact", "bilinear", "area", "bicubic", "bislerp"];

    /// <summary>The ways for pictures.</summary>
    public static string[] ImageWays { get; } = ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"];

    /// <summary>What becomes of another shape.</summary>
    public static string[] Crops { get; } = ["disabled", "center"];

    /// <summary>[n, height, width, c] of [n, h, w, c].</summary>
    /// <param name="x">Pixels in -1..1, or latents.</param>
    /// <param name="width">New width.</param>
    /// <param name="height">New height.</param>
    /// <param name="way">One of the ways.</param>
    /// <param name="centred">Whether another shape is cut around the middle, not stretched.</param>
    public static Tensor To(Tensor x, int width, int height, string way, bool centred = false)
    {
        Tensor part = centred ? Centred(x, (double)width / height) : x;
        return way switch
        {
            "lanczos" => Lanczos(part, width, height),
            "bislerp" => Bislerp.To(part, width, height),
            _ => part.Interpolate(height, width, Named(way)),
        };
    }

    // Rounded half to even, as Python does.
    private static Tensor Centred(Tensor x, double shape)
    {
        (int height, int width) = (x.Shape[1], x.Shape[2]);
        double old = (double)width / height;
        int across = old > shape ? (int)Math.Round((width - (width * (shape / old))) / 2) : 0;
        int down = old < shape ? (int)Math.Round((height - (height * (old / shape))) / 2) : 0;
        return x.Slice(1, down, height - (2 * down)).Slice(2, across, width - (2 * across));
    }

    // In 8 bits, as Pillow has it.
    private static Tensor Lanczos(Tensor x, int width, int height) => Tensor.Concat(
        0, [.. TensorImages.From(x).Select(image => Values.ImageValue.Of(Resize.To(image, width, height), x.Device).Pixels)]);

    private static Interpolation Named(string way) => way switch
    {
        "bilinear" => Interpolation.Bilinear,
        "area" => Interpolation.Area,
        "bicubic" => Interpolation.Bicubic,
        _ => Interpolation.NearestExact,
    };
}
