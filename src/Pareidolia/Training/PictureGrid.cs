using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Training;

/// <summary>Batches of pictures as one PNG, to look at a run.</summary>
public static class PictureGrid
{
    /// <summary>Writes pictures row by row.</summary>
    public static void Write(string path, Tensor pictures, int columns) =>
        PngWriter.Write(path, Mosaic.Grid(TensorImages.From(pictures), columns));
}
