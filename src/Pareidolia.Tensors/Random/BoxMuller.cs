namespace Pareidolia.Tensors.Random;

/// <summary>
/// The Box-Muller transform (1958, https://doi.org/10.1214/aoms/1177706645): two uniform numbers become two normal ones, as a
/// radius sqrt(-2 ln u) and an angle 2 pi v. torch applies it to blocks of 16, number i with number i + 8.
/// </summary>
internal static class BoxMuller
{
    /// <summary>Numbers in one block.</summary>
    public const int Block = 16;

    /// <summary>The pair (radius cos, radius sin) of u in (0, 1] and v in [0, 1), in turns.</summary>
    public static (double First, double Second) Pair(double u, double v)
    {
        double radius = Math.Sqrt(-2 * PortableMath.Log(u));
        (double sin, double cos) = PortableMath.SinCos(2 * Math.PI * v);
        return (radius * cos, radius * sin);
    }

    /// <summary>16 uniforms in [0, 1) become 16 standard normals, in place.</summary>
    public static void Transform(Span<double> block)
    {
        for (int i = 0; i < Block / 2; i++)
            (block[i], block[i + Block / 2]) = Pair(1 - block[i], block[i + Block / 2]);
    }

    /// <summary>
    /// 16 uniforms in [0, 1) become 16 normals, in place. Rounded to float after every step as torch's float path is, so that the angle
    /// carries the same rounding error as theirs.
    /// </summary>
    public static void Transform(Span<float> block, float mean, float deviation)
    {
        for (int i = 0; i < Block / 2; i++)
        {
            float log = (float)PortableMath.Log(1 - block[i]);
            float radius = MathF.Sqrt(-2 * log);
            (double sin, double cos) = PortableMath.SinCos(2 * MathF.PI * block[i + Block / 2]);
            block[i] = MathF.FusedMultiplyAdd(radius * (float)cos, deviation, mean);
            block[i + Block / 2] = MathF.FusedMultiplyAdd(radius * (float)sin, deviation, mean);
        }
    }
}
