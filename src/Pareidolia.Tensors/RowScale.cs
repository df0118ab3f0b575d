namespace Pareidolia.Tensors;

/// <summary>How a row of floats becomes bytes q, such that x is near (q - zero) factor, and 0 is met.</summary>
/// <param name="Factor">What one step of a byte is worth.</param>
/// <param name="Inverse">Steps that 1 is.</param>
/// <param name="Zero">The byte that is 0.</param>
internal readonly record struct RowScale(float Factor, float Inverse, float Zero)
{
    public const float LargestByte = 255;

    // A row that reaches less far is all zero: its steps would not be finite numbers.
    private const float LeastReach = 1e-30f;

    /// <summary>What the zero adds to a sum, for each 1 of the weights' sum.</summary>
    public float Shift => -Zero * Factor;

    /// <summary>Of a row with these numbers at its ends; 0 always belongs to it.</summary>
    public static RowScale Of(float least, float largest)
    {
        least = Math.Min(least, 0);
        float reach = Math.Max(largest, 0) - least;
        if (reach < LeastReach)
            return default;
        float inverse = LargestByte / reach;
        return new RowScale(reach / LargestByte, inverse, MathF.Round(-least * inverse));
    }
}
