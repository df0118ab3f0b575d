namespace Pareidolia.Diffusion.Samplers;

/// <summary>Small systems of linear equations, for solvers' weights.</summary>
internal static class LinearSystem
{
    /// <summary>The x with matrix x = right, by Gaussian elimination with row exchange. Both arguments are left as they were.</summary>
    public static double[] Solve(double[,] matrix, double[] right)
    {
        double[,] a = (double[,])matrix.Clone();
        double[] x = [.. right];
        for (int column = 0; column < x.Length; column++)
        {
            ExchangeForLargest(a, x, column);
            for (int row = column + 1; row < x.Length; row++)
                Subtract(a, x, row, column, a[row, column] / a[column, column]);
        }
        for (int row = x.Length - 1; row >= 0; row--)
        {
            for (int k = row + 1; k < x.Length; k++)
                x[row] -= a[row, k] * x[k];
            x[row] /= a[row, row];
        }
        return x;
    }

    private static void Subtract(double[,] a, double[] x, int row, int from, double factor)
    {
        for (int k = from; k < x.Length; k++)
            a[row, k] -= factor * a[from, k];
        x[row] -= factor * x[from];
    }

    private static void ExchangeForLargest(double[,] a, double[] x, int column)
    {
        int largest = column;
        for (int row = column + 1; row < x.Length; row++)
            largest = Math.Abs(a[row, column]) > Math.Abs(a[largest, column]) ? row : largest;
        for (int k = 0; k < x.Length; k++)
            (a[column, k], a[largest, k]) = (a[largest, k], a[column, k]);
        (x[column], x[largest]) = (x[largest], x[column]);
    }
}
