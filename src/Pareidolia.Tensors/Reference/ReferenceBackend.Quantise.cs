namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    /// <summary>The largest magnitude of the 8 bits: -128 is not used, so that a row and its negative are stored alike.</summary>
    private const float LargestQ8 = 127;

    // y = round(x / factor) with the factor of each row = its largest magnitude / 127
    private static unsafe void Quantise(Operand x, Operand y)
    {
        ReadOnlySpan<float> from = x.Floats;
        Span<sbyte> to = new((void*)y.Address, from.Length);
        Span<float> factors = FactorsOf(y);
        int length = factors.Length == 0 ? 0 : from.Length / factors.Length;
        for (int row = 0; row < factors.Length; row++)
            factors[row] = QuantiseRow(from.Slice(row * length, length), to.Slice(row * length, length));
    }

    // y = x factor
    private static unsafe void Dequantise(Operand x, Operand y)
    {
        Span<float> to = y.Floats;
        ReadOnlySpan<sbyte> from = new((void*)x.Address, to.Length);
        ReadOnlySpan<float> factors = FactorsOf(x);
        int length = factors.Length == 0 ? 0 : from.Length / factors.Length;
        for (int i = 0; i < to.Length; i++)
            to[i] = from[i] * factors[i / length];
    }

    /// <summary>Stores a row and returns its factor.</summary>
    private static float QuantiseRow(ReadOnlySpan<float> row, Span<sbyte> to)
    {
        float largest = 0;
        foreach (float value in row)
            largest = Math.Max(largest, Math.Abs(value));
        float factor = largest / LargestQ8;
        for (int i = 0; i < row.Length; i++)
            to[i] = factor > 0 ? (sbyte)MathF.Round(row[i] / factor) : (sbyte)0;
        return factor;
    }

    /// <summary>The factors of rows [o, ..].</summary>
    protected static unsafe Span<float> FactorsOf(Operand x) =>
        new((void*)(x.Address + (nint)DTypes.FactorsAt(x.Count)), x.Shape.Rank == 0 ? 1 : x.Shape[0]);
}
