// An Image is Worth 16x16 Words, https://arxiv.org/abs/2010.11929
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>Cuts a picture into squares, each of which becomes one token; key <c>proj</c>.</summary>
/// <param name="inputs">Channels of the picture.</param>
/// <param name="width">Numbers of a token.</param>
/// <param name="side">Pixels of a square, in each direction.</param>
/// <param name="weights">Its place.</param>
internal sealed class PatchEmbedding(int inputs, int width, int side, WeightScope weights)
{
    private readonly Conv2d _projection = new(inputs, width, side, weights["proj"], new Window(side, side));

    /// <summary>[b, h, w, inputs] to [b, (h / side) (w / side), width].</summary>
    public Tensor Forward(Tensor x)
    {
        if (x.Rank != 4 || x.Shape[3] != inputs || x.Shape[1] % side != 0 || x.Shape[2] % side != 0)
            throw new TensorException($"patches: {x.Shape} should be [b, h, w, {inputs}] with h and w multiples of {side}.");
        return _projection.Forward(x).Reshape(x.Shape[0], -1, width);
    }

    /// <summary>Tokens [b, rows columns, side side c] as a picture [b, rows side, columns side, c].</summary>
    public static Tensor Picture(Tensor tokens, int rows, int columns, int side)
    {
        (int batch, int channels) = (tokens.Shape[0], tokens.Shape[2] / (side * side));
        Tensor squares = tokens.Reshape(batch, rows, columns, side, side, channels);
        return squares.Permute(0, 1, 3, 2, 4, 5).Reshape(batch, rows * side, columns * side, channels);
    }

    /// <summary>
    /// Fixed places of a grid's tokens [1, rows columns, width]: sines and cosines of the column in the first half, of the row in the second. A grid of
    /// other extents than <paramref name="trained"/> is laid over the same range.
    /// </summary>
    public static Tensor Positions(int rows, int columns, int width, int trained, double scale, Backend device)
    {
        float[] values = new float[rows * columns * width];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                Span<float> token = values.AsSpan(((row * columns) + column) * width, width);
                Waves(token[..(width / 2)], (double)column * trained / columns / scale);
                Waves(token[(width / 2)..], (double)row * trained / rows / scale);
            }
        return Tensor.From(values, [1, rows * columns, width], device);
    }

    // All sines, then all cosines.
    private static void Waves(Span<float> target, double place)
    {
        int count = target.Length / 2;
        for (int i = 0; i < count; i++)
            (target[i], target[count + i]) = ((float)Math.Sin(place / Math.Pow(10000, (double)i / count)), (float)Math.Cos(place / Math.Pow(10000, (double)i / count)));
    }
}
