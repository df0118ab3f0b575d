namespace Pareidolia.Training.Metrics;

/// <summary>
/// How far two sets of features lie apart, each taken as a normal distribution (https://arxiv.org/abs/1706.08500, where the features are an Inception
/// network's): |m1 - m2|^2 + tr(C1 + C2 - 2 (C1^1/2 C2 C1^1/2)^1/2).
/// </summary>
public static class FrechetDistance
{
    /// <summary>The distance of two sets of rows of <paramref name="length"/> features.</summary>
    /// <exception cref="ArgumentException">A set has fewer than two rows, or half a row.</exception>
    public static double Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int length)
    {
        (double[] meanA, double[,] spreadA) = Moments(a, length);
        (double[] meanB, double[,] spreadB) = Moments(b, length);
        double distance = 0;
        for (int i = 0; i < length; i++)
            distance += ((meanA[i] - meanB[i]) * (meanA[i] - meanB[i])) + spreadA[i, i] + spreadB[i, i];
        double[,] root = new SymmetricEigen(spreadA).Map(Root);
        return distance - (2 * new SymmetricEigen(Product(Product(root, spreadB), root)).Values.Sum(Root));
    }

    // Rounding leaves eigenvalues a little below 0 where there are none.
    private static double Root(double eigenvalue) => Math.Sqrt(Math.Max(0, eigenvalue));

    private static (double[] Mean, double[,] Covariance) Moments(ReadOnlySpan<float> rows, int length)
    {
        int n = rows.Length / Math.Max(1, length);
        if (n < 2 || n * length != rows.Length)
            throw new ArgumentException($"{rows.Length} numbers are not two or more rows of {length}.", nameof(rows));
        double[] mean = new double[length];
        for (int i = 0; i < rows.Length; i++)
            mean[i % length] += rows[i] / (double)n;
        double[,] covariance = new double[length, length];
        double[] centred = new double[length];
        for (int row = 0; row < n; row++)
        {
            for (int i = 0; i < length; i++)
                centred[i] = rows[(row * length) + i] - mean[i];
            for (int i = 0; i < length; i++)
                for (int j = 0; j <= i; j++)
                    covariance[i, j] += centred[i] * centred[j] / (n - 1);
        }
        for (int i = 0; i < length; i++)
            for (int j = i + 1; j < length; j++)
                covariance[i, j] = covariance[j, i];
        return (mean, covariance);
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        int n = a.GetLength(0);
        double[,] product = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                for (int j = 0; j < n; j++)
                    product[i, j] += a[i, k] * b[k, j];
        return product;
    }
}
