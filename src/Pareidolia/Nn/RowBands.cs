using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>
/// A picture in bands of rows [b, rows, w, c], from the top. What a layer makes of the bands is, save for the rounding of norms, what it makes of
/// the whole picture: convolutions see the rows beyond a band, norms the moments of all bands. Bands that a layer has read are released as it goes,
/// which is the point: large activations are never there several times. The innermost scope of the caller owns what is left. No gradients.
/// </summary>
internal sealed class RowBands
{
    private readonly Tensor[] _bands;

    /// <summary>A picture of bands that are there.</summary>
    public RowBands(Tensor[] bands) => _bands = bands;

    /// <summary>Cuts a picture [b, h, w, c] after every so many rows.</summary>
    public static RowBands Cut(Tensor whole, int rows)
    {
        int h = whole.Shape[1];
        return new RowBands([.. Enumerable.Range(0, (h + rows - 1) / rows).Select(i => whole.Slice(1, i * rows, Math.Min(rows, h - i * rows)))]);
    }

    /// <summary>The whole picture; the bands are released.</summary>
    public Tensor Joined()
    {
        Tensor whole = Tensor.Concat(1, _bands);
        foreach (Tensor band in _bands)
            band.Dispose();
        return whole;
    }

    /// <summary>What <see cref="Tensor.GroupMoments"/> gives of the whole picture.</summary>
    public Tensor Moments(int groups)
    {
        double[] joined = new double[2 * groups * _bands[0].Shape[0]];
        double count = 0;
        foreach (Tensor band in _bands)
        {
            using Tensor moments = band.GroupMoments(groups);
            Join(joined, moments.ToArray(), count, band.Shape[1]);
            count += band.Shape[1];
        }
        return Tensor.From(Array.ConvertAll(joined, value => (float)value), [_bands[0].Shape[0], groups, 2], _bands[0].Device);
    }

    /// <summary>A convolution. Each band of this and of the residual is released when it has been read, unless this is kept.</summary>
    /// <param name="convolution">The layer.</param>
    /// <param name="before">What each pixel passes through first: a norm, or doubling.</param>
    /// <param name="residual">Added to the result.</param>
    /// <param name="kept">Whether this is needed afterwards.</param>
    /// <param name="beside">Called with each band before it is released.</param>
    public RowBands Convolved(
        Conv2d convolution, Func<Tensor, Tensor> before, RowBands? residual = null, bool kept = false, Action<Tensor>? beside = null)
    {
        Tensor[] results = new Tensor[_bands.Length];
        Tensor? rowAbove = null;
        for (int i = 0; i < _bands.Length; i++)
        {
            Tensor? lastRow = convolution.RowsAbove == 0 ? null : Last(_bands[i], 1);
            results[i] = Convolved(i, convolution, before, rowAbove, residual);
            rowAbove?.Dispose();
            rowAbove = lastRow;
            residual?._bands[i].Dispose();
            beside?.Invoke(_bands[i]);
            if (!kept)
                _bands[i].Dispose();
        }
        rowAbove?.Dispose();
        return new RowBands(results);
    }

    private Tensor Convolved(int i, Conv2d convolution, Func<Tensor, Tensor> before, Tensor? rowAbove, RowBands? residual)
    {
        using Scope scope = new();
        Tensor? above = rowAbove is null ? null : Last(before(rowAbove), convolution.RowsAbove);
        Tensor? below = i + 1 == _bands.Length || convolution.RowsBelow == 0 ? null : before(_bands[i + 1].Slice(1, 0, 1)).Slice(1, 0, convolution.RowsBelow);
        Tensor middle = before(_bands[i]), seen = middle;
        if ((above ?? below) is not null)
        {
            seen = Tensor.Concat(1, [.. ((Tensor?[])[above, middle, below]).OfType<Tensor>()]);
            if (middle != _bands[i])
                middle.Dispose();
        }
        return scope.Keep(convolution.ForwardRows(seen, above is not null, below is not null, residual?._bands[i]));
    }

    private static Tensor Last(Tensor x, int rows) => x.Slice(1, x.Shape[1] - rows, rows);

    // Chan, Golub, LeVeque: updating formulae, Stanford STAN-CS-79-773; counts in rows, as all rows are equally long.
    private static void Join(double[] joined, float[] more, double count, double rows)
    {
        for (int i = 0; i < joined.Length; i += 2)
        {
            double distance = more[i] - joined[i], all = count + rows;
            joined[i + 1] = (joined[i + 1] * count + more[i + 1] * rows + distance * distance * count * rows / all) / all;
            joined[i] += distance * rows / all;
        }
    }
}
