using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Weights of a softmax for products in bfloat16: a power of two to 4e-6, far below what rounding to eight bits leaves, in half the instructions.</summary>
internal static unsafe class AttentionWeights
{
    public const float Log2OfE = 1.44269504f;

    // Below, powers are no normal numbers, which take a hundred cycles each; beside the largest weight they are nothing.
    private const float Least = -126;

    /// <summary>2^(factor scores + start) of 16 scores.</summary>
    [MethodImpl(Lanes.Inline)]
    public static Vector512<float> Of(float* scores, Vector512<float> factor, Vector512<float> start)
    {
        // The second operand comes through where one is not a number.
        Vector512<float> x = Avx512F.Max(Vector512.Create(Least), Avx512F.FusedMultiplyAdd(Vector512.Load(scores), factor, start));
        Vector512<float> whole = Avx512F.RoundScale(x, 0);
        return Avx512F.Scale(PowerOfTwo(x - whole), whole);
    }

    /// <summary>Rounded to nearest, half a unit upwards, two numbers in 32 bits: the first in the low half.</summary>
    [MethodImpl(Lanes.Inline)]
    public static Vector512<uint> Pairs(Vector512<float> first, Vector512<float> second)
    {
        Vector512<uint> half = Vector512.Create(0x8000u), upper = Vector512.Create(0xFFFF0000u);
        return ((first.AsUInt32() + half) >> 16) | ((second.AsUInt32() + half) & upper);
    }

    // 2^x for x in [-1/2, 1/2]: the polynomial through its values at the five Chebyshev points.
    [MethodImpl(Lanes.Inline)]
    private static Vector512<float> PowerOfTwo(Vector512<float> x)
    {
        Vector512<float> sum = Avx512F.FusedMultiplyAdd(x, Vector512.Create(0.009666368515f), Vector512.Create(0.05592197584f));
        sum = Avx512F.FusedMultiplyAdd(x, sum, Vector512.Create(0.24022349038f));
        sum = Avx512F.FusedMultiplyAdd(x, sum, Vector512.Create(0.69312104520f));
        return Avx512F.FusedMultiplyAdd(x, sum, Vector512.Create(1f));
    }
}
