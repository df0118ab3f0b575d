using Pareidolia.Tensors;

namespace Pareidolia.Training.Metrics;

/// <summary>How much pictures of one class differ from each other: a generator that draws one picture again and again has none.</summary>
public static class Diversity
{
    /// <summary>Mean over classes of the mean distance between two pictures of a class, by the root of the mean square of their pixels in -1..1.</summary>
    /// <param name="pictures">The pictures; NaN comes of them where no class has two.</param>
    /// <param name="perClass">Pictures of each class that are compared.</param>
    public static double MeanDistance(DrawnPictures pictures, int perClass = 200)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        IEnumerable<int[]> classes = pictures.Labels.Index().GroupBy(entry => entry.Item, entry => entry.Index)
            .Select(group => group.Take(perClass).ToArray()).Where(places => places.Length > 1);
        return classes.Select(places => OfClass(pictures, places)).DefaultIfEmpty(double.NaN).Average();
    }

    private static double OfClass(DrawnPictures pictures, int[] places)
    {
        using Scope scope = new();
        int n = places.Length;
        Tensor x = pictures.At(places).Reshape(n, -1);                                  // [n, d]
        Tensor lengths = x.Square().Sum(1);
        Tensor squares = lengths.Reshape(n, 1) + lengths - (x.MatMul(x, transposeOther: true) * 2);         // [n, n]
        // The diagonal is 0 but for rounding.
        double[] distances = [.. squares.ToArray().Select((square, i) => i % (n + 1) == 0 ? 0 : Math.Sqrt(Math.Max(0, square) / pictures.Length))];
        return distances.Sum() / (n * (n - 1.0));
    }
}
