namespace Pareidolia.Training;

/// <summary>
/// The directions in which points differ most: eigenvectors of their scatter, by orthogonal iteration (Golub and Van Loan, Matrix Computations,
/// section 8.2.4).
/// </summary>
internal static class PrincipalDirections
{
    private const int Rounds = 60;

    /// <summary>The first <paramref name="count"/> directions, rows of length 1, of a symmetric matrix [d, d] without negative eigenvalues.</summary>
    public static float[] Of(float[] scatter, int d, int count)
    {
        double[][] rows = [.. Enumerable.Range(0, count).Select(row => Enumerable.Range(0, d).Select(i => Math.Cos((row + 1.0) * (i + 0.5))).ToArray())];
        for (int round = 0; round < Rounds; round++)
        {
            rows = [.. rows.Select(row => Times(scatter, row))];
            Orthogonalise(rows);
        }
        return [.. rows.SelectMany(row => row.Select(value => (float)value))];
    }

    private static double[] Times(float[] matrix, double[] row)
    {
        double[] product = new double[row.Length];
        for (int i = 0; i < row.Length; i++)
            for (int j = 0; j < row.Length; j++)
                product[i] += matrix[(i * row.Length) + j] * row[j];
        return product;
    }

    // Each row less what lies along those before it, at length 1.
    private static void Orthogonalise(double[][] rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double along = Dot(rows[i], rows[j]);
                rows[i] = [.. rows[i].Zip(rows[j], (own, other) => own - (along * other))];
            }
            double length = Math.Sqrt(Dot(rows[i], rows[i]));
            rows[i] = [.. rows[i].Select(value => value / Math.Max(length, 1e-300))];
        }
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
