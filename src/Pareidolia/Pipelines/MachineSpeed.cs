using System.Diagnostics;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Imagined;

namespace Pareidolia.Pipelines;

/// <summary>How fast the machine computes now, with what else it does: seconds for each kind of arithmetic.</summary>
/// <param name="Product">Seconds of a multiply-add of a matrix product.</param>
/// <param name="Windowed">Of a 3x3 convolution, by the formula.</param>
/// <param name="Attended">Of attention.</param>
/// <param name="Passed">Of an element that is written.</param>
public sealed record MachineSpeed(double Product, double Windowed, double Attended, double Passed)
{
    /// <summary>Measures it in a few tenths of a second: one layer of each kind, of the size that they have in Stable Diffusion.</summary>
    public static MachineSpeed Measure()
    {
        using Scope scope = new();
        using Approximation fast = new();
        Tensor tokens = Tensor.Uniform([1, 1024, 640], 1, 1), matrix = Tensor.Uniform([1280, 640], 2, 0.1f);
        Tensor picture = Tensor.Uniform([1, 32, 32, 320], 3, 1), kernels = Tensor.Uniform([320, 3, 3, 320], 4, 0.02f);
        return new MachineSpeed(
            Seconds(() => tokens.Linear(matrix)) / (1024.0 * 640 * 1280),
            Seconds(() => picture.Conv2d(kernels, null, Window.Square(1, 1))) / (1024.0 * 9 * 320 * 320),
            Seconds(() => Tensor.Attention(tokens, tokens, tokens, heads: 8)) / (2.0 * 1024 * 1024 * 640),
            Seconds(() => tokens.Silu()) / (1024.0 * 640));
    }

    /// <summary>How long so much takes.</summary>
    public TimeSpan TimeOf(Arithmetic asked) => TimeSpan.FromSeconds(
        (Product * asked.Products) + (Windowed * asked.Windowed) + (Attended * asked.Attended) + (Passed * asked.Passed));

    // The first run compiles and fetches memory; of the others the middle one counts.
    private static double Seconds(Func<Tensor> run)
    {
        double[] times = new double[4];
        for (int i = 0; i < times.Length; i++)
        {
            using Scope scope = new();
            long start = Stopwatch.GetTimestamp();
            _ = run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return times.Skip(1).Order().ElementAt(1);
    }
}
