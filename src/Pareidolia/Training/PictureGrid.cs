using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Training;

/// <summary>Batches of pictures as one PNG, to look at a run.</summary>
public static class PictureGrid
{
    /// <summary>[n, h, w, 3] in -1..1 to RGB pictures; values outside are clipped.</summary>
    public static Image[] Images(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        (int h, int w) = (pictures.Shape[1], pictures.Shape[2]);
        byte[] bytes = Array.ConvertAll(pictures.ToArray(), value => (byte)Math.Clamp(MathF.Round((value + 1) * 127.5f), 0, 255));
        return [.. bytes.Chunk(h * w * 3).Select(pixels => new Image(w, h, 3, pixels))];
    }

    /// <summary>Writes pictures row by row.</summary>
    public static void Write(string path, Tensor pictures, int columns) =>
        PngWriter.Write(path, Mosaic.Grid(Images(pictures), columns));
}
