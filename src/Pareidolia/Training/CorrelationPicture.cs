using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;

namespace Pareidolia.Training;

/// <summary>CLIP's correlation matrix as a picture: a row for each picture, a column for each caption, bright where they agree. What belongs together is the diagonal.</summary>
public static class CorrelationPicture
{
    private const int MostRows = 300;
    private const int LeastPixels = 512;

    /// <summary>Draws the cosines of pictures spread evenly over a set, at most 300, to a PNG: black is the mean and all below, white the highest.</summary>
    /// <returns>How many pictures and captions it shows.</returns>
    public static int Write(string path, ClipModel model, ClipTokenizer tokenizer, PictureSet pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using Scope scope = new();
        int n = Math.Min(MostRows, pictures.Pictures.Count);
        int[] chosen = [.. Enumerable.Range(0, n).Select(i => i * pictures.Pictures.Count / n)];
        Tensor cosines = new ClipEmbeddings(model, tokenizer).Cosines(pictures, chosen, caption: 1);      // [n, n]
        float[] values = cosines.ToArray();
        (float low, float high) = (values.Average(), values.Max());
        Tensor shades = cosines.Affine(2 / Math.Max(1e-6f, high - low), -1 - (2 * low / Math.Max(1e-6f, high - low))).Reshape(1, n, n, 1);
        int cell = Math.Max(1, (LeastPixels + n - 1) / n);
        PictureGrid.Write(path, shades.Interpolate(n * cell, n * cell, Interpolation.Nearest), columns: 1);
        return n;
    }
}
