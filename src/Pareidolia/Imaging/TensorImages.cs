using Pareidolia.Tensors;

namespace Pareidolia.Imaging;

/// <summary>Pictures out of tensors, as networks make them.</summary>
public static class TensorImages
{
    /// <summary>[n, h, w, c] in -1..1, c 1, 3 or 4, to n pictures; values outside are clipped, NaN becomes black.</summary>
    public static Image[] From(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        (int h, int w, int c) = (pixels.Shape[1], pixels.Shape[2], pixels.Shape[3]);
        byte[] bytes = Array.ConvertAll(pixels.ToArray(), ToByte);
        return [.. bytes.Chunk(h * w * c).Select(part => new Image(w, h, c, part))];
    }

    private static byte ToByte(float value) => (byte)MathF.Round(Math.Clamp(value / 2 + 0.5f, 0, 1) * 255);
}
