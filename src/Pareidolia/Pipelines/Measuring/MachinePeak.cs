using System.Diagnostics;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines.Measuring;

/// <summary>What the machine reaches now, with what else it does, on arithmetic that suits it: the yardstick of a profile.</summary>
/// <param name="Flops">Floating-point operations a second of a large product, in the arithmetic that was asked for.</param>
/// <param name="Bytes">Bytes a second of a sum of two vectors that no cache holds.</param>
public sealed record MachinePeak(double Flops, double Bytes)
{
    private const int Side = 1536;
    private const int Length = 32 << 20;

    /// <summary>Measures both in about a second.</summary>
    public static MachinePeak Measure(bool bf16)
    {
        using Scope scope = new();
        using ReducedPrecision half = new(bf16);
        Tensor left = Tensor.Uniform([Side, Side], 1, 1), right = Tensor.Uniform([Side, Side], 2, 1);
        Tensor a = Tensor.Zeros([Length]), b = Tensor.Zeros([Length]);
        return new MachinePeak(
            2.0 * Side * Side * Side / Fastest(() => left.MatMul(right)),
            3.0 * Length * sizeof(float) / Fastest(() => a + b));
    }

    private static double Fastest(Func<Tensor> run) => Enumerable.Range(0, 5).Min(_ =>
    {
        using Scope scope = new();
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });
}
