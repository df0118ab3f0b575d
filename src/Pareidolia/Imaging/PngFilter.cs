namespace Pareidolia.Imaging;

/// <summary>The five ways in which a PNG row predicts its bytes from their neighbours (https://www.w3.org/TR/png-3/#9Filters).</summary>
internal static class PngFilter
{
    /// <summary>Number of filter types.</summary>
    public const int Count = 5;

    private const int None = 0, Left = 1, Up = 2, Average = 3, Paeth = 4;

    /// <summary>Turns a filtered row into its bytes, in place.</summary>
    /// <param name="filter">The row's filter type.</param>
    /// <param name="row">The filtered bytes.</param>
    /// <param name="above">The finished row above, zeros for the first.</param>
    /// <param name="step">Bytes to the pixel before.</param>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (filter)
        {
            case None:
                break;
            case Left:
                for (int i = step; i < row.Length; i++)
                    row[i] += row[i - step];
                break;
            case Up:
                for (int i = 0; i < row.Length; i++)
                    row[i] += above[i];
                break;
            case Average:
                for (int i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < step ? 0 : row[i - step]) + above[i]) >> 1);
                break;
            case Paeth:
                for (int i = 0; i < row.Length; i++)
                    row[i] += i < step ? above[i] : Predict(row[i - step], above[i], above[i - step]);
                break;
            default:
                throw new PngDamage($"a row has the filter {filter}; the format has 0 to 4");
        }
    }

    /// <summary>Writes the filtered form of a row and returns the sum of its bytes taken as small signed numbers, the usual guess of its cost.</summary>
    public static long Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> filtered)
    {
        long cost = 0;
        for (int i = 0; i < row.Length; i++)
        {
            int left = i < step ? 0 : row[i - step];
            int prediction = filter switch
            {
                Left => left,
                Up => above[i],
                Average => (left + above[i]) >> 1,
                Paeth => i < step ? above[i] : Predict(row[i - step], above[i], above[i - step]),
                _ => 0,
            };
            filtered[i] = (byte)(row[i] - prediction);
            cost += Math.Abs((int)(sbyte)filtered[i]);
        }
        return cost;
    }

    // The neighbour nearest to left + above - corner; ties prefer left, then above.
    private static byte Predict(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - 2 * corner);
        if (toLeft <= toAbove && toLeft <= toCorner)
            return (byte)left;
        return (byte)(toAbove <= toCorner ? above : corner);
    }
}
