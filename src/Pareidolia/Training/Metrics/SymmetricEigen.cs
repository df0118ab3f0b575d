namespace Pareidolia.Training.Metrics;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations (Golub and Van Loan, Matrix Computations, section 8.5): slower than other ways,
/// exact to the last digits, and short.
/// </summary>
public sealed class SymmetricEigen
{
    private const int MostSweeps = 60;

    private readonly double[,] _a;
    private readonly double[,] _vectors;
    private readonly int _n;

    /// <summary>Decomposes a matrix, of which only the symmetric part counts.</summary>
    public SymmetricEigen(double[,] matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        _n = matrix.GetLength(0);
        if (matrix.GetLength(1) != _n)
            throw new ArgumentException($"A matrix of {_n} rows and {matrix.GetLength(1)} columns is not symmetric.", nameof(matrix));
        (_a, _vectors) = (new double[_n, _n], new double[_n, _n]);
        for (int i = 0; i < _n; i++)
        {
            _vectors[i, i] = 1;
            for (int j = 0; j < _n; j++)
                _a[i, j] = (matrix[i, j] + matrix[j, i]) / 2;
        }
        double whole = Norm(offDiagonal: false);
        for (int sweep = 0; sweep < MostSweeps && Norm(offDiagonal: true) > 1e-14 * whole; sweep++)
            Sweep();
        Values = [.. Enumerable.Range(0, _n).Select(i => _a[i, i])];
    }

    /// <summary>The eigenvalues, in no particular order.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>The symmetric matrix with the same eigenvectors and changed eigenvalues, V f(L) V^T.</summary>
    public double[,] Map(Func<double, double> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        double[] changed = [.. Values.Select(change)];
        double[,] result = new double[_n, _n];
        for (int i = 0; i < _n; i++)
            for (int j = 0; j < _n; j++)
                for (int k = 0; k < _n; k++)
                    result[i, j] += _vectors[i, k] * changed[k] * _vectors[j, k];
        return result;
    }

    private double Norm(bool offDiagonal)
    {
        double squares = 0;
        for (int i = 0; i < _n; i++)
            for (int j = 0; j < _n; j++)
                squares += offDiagonal && i == j ? 0 : _a[i, j] * _a[i, j];
        return Math.Sqrt(squares);
    }

    private void Sweep()
    {
        for (int p = 0; p < _n - 1; p++)
            for (int q = p + 1; q < _n; q++)
                if (_a[p, q] != 0)
                    Rotate(p, q);
    }

    // Turns in the plane of p and q so that their off-diagonal element becomes 0; the smaller of the two angles keeps it stable.
    private void Rotate(int p, int q)
    {
        double theta = (_a[q, q] - _a[p, p]) / (2 * _a[p, q]);
        double t = double.IsInfinity(theta * theta) ? 1 / (2 * theta) : Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        double c = 1 / Math.Sqrt((t * t) + 1), s = t * c;
        for (int k = 0; k < _n; k++)
            (_a[k, p], _a[k, q]) = ((c * _a[k, p]) - (s * _a[k, q]), (s * _a[k, p]) + (c * _a[k, q]));
        for (int k = 0; k < _n; k++)
        {
            (_a[p, k], _a[q, k]) = ((c * _a[p, k]) - (s * _a[q, k]), (s * _a[p, k]) + (c * _a[q, k]));
            (_vectors[k, p], _vectors[k, q]) = ((c * _vectors[k, p]) - (s * _vectors[k, q]), (s * _vectors[k, p]) + (c * _vectors[k, q]));
        }
    }
}
