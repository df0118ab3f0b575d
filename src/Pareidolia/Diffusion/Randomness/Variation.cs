namespace Pareidolia.Diffusion.Randomness;

/// <summary>The web UI's variations on one picture's noise [channels, rows, columns].</summary>
internal static class Variation
{
    /// <summary>
    /// Spherical interpolation from <paramref name="noise"/> (strength 0) to <paramref name="other"/> (1), of each channel's columns by
    /// themselves, as the web UI has it. Where the two point the same way it interpolates linearly, and, as there, with the two exchanged.
    /// </summary>
    public static float[] Turn(float[] noise, float[] other, double strength, int rows, int columns)
    {
        int lines = noise.Length / rows;                                          // channels times columns
        double[] cosines = [.. Enumerable.Range(0, lines).Select(line => Cosine(noise, other, line, rows, columns))];
        if (cosines.Average() > 0.9995)
            return [.. noise.Zip(other, (a, b) => (float)(a * strength + b * (1 - strength)))];
        float[] turned = new float[noise.Length];
        for (int line = 0; line < lines; line++)
        {
            double angle = Math.Acos(cosines[line]), sine = Math.Sin(angle);
            float keep = (float)(Math.Sin((1 - strength) * angle) / sine), take = (float)(Math.Sin(strength * angle) / sine);
            for (int row = 0; row < rows; row++)
            {
                int i = Index(line, row, rows, columns);
                turned[i] = keep * noise[i] + take * other[i];
            }
        }
        return turned;
    }

    /// <summary>Puts noise of another size into the middle of noise of this one, cut off where it is larger.</summary>
    public static void PutInMiddle(
        float[] noise, (int Rows, int Columns) size, float[] other, (int Rows, int Columns) otherSize)
    {
        (int row, int otherRow, int rows) = Overlap(size.Rows, otherSize.Rows);
        (int column, int otherColumn, int columns) = Overlap(size.Columns, otherSize.Columns);
        int channels = noise.Length / (size.Rows * size.Columns);
        for (int channel = 0; channel < channels; channel++)
            for (int y = 0; y < rows; y++)
            {
                int from = (channel * otherSize.Rows + otherRow + y) * otherSize.Columns + otherColumn;
                int to = (channel * size.Rows + row + y) * size.Columns + column;
                other.AsSpan(from, columns).CopyTo(noise.AsSpan(to));
            }
    }

    // Where the common middle begins in each, and its length. Half of an odd difference is rounded down, below 0 too.
    private static (int Here, int There, int Length) Overlap(int here, int there)
    {
        int margin = (here - there) >> 1;
        return margin >= 0 ? (margin, 0, there) : (0, -margin, Math.Min(here, there + 2 * margin));
    }

    private static double Cosine(float[] a, float[] b, int line, int rows, int columns)
    {
        double dot = 0, squareA = 0, squareB = 0;
        for (int row = 0; row < rows; row++)
        {
            int i = Index(line, row, rows, columns);
            dot += (double)a[i] * b[i];
            squareA += (double)a[i] * a[i];
            squareB += (double)b[i] * b[i];
        }
        return Math.Clamp(dot / Math.Sqrt(squareA * squareB), -1, 1);
    }

    private static int Index(int line, int row, int rows, int columns) => (line / columns * rows + row) * columns + line % columns;
}
