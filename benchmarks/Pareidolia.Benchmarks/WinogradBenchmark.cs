using Pareidolia.Tensors;

namespace Pareidolia.Benchmarks;

/// <summary>3x3 convolutions under <see cref="Approximation"/> beside our own exact ones.</summary>
internal static class WinogradBenchmark
{
    private static readonly (int Batch, int Side, int Inputs, int Outputs)[] s_cases =
    [
        (2, 64, 320, 320), (2, 32, 640, 640), (2, 16, 1280, 1280), (2, 8, 1280, 1280), (2, 64, 960, 320), (1, 64, 512, 512), (1, 128, 512, 512), (1, 256, 256, 256), (1, 256, 128, 128),

        (32, 16, 64, 64), (32, 8, 128, 128), (32, 4, 256, 256), (2, 16, 64, 64), (2, 4, 256, 256), (32, 8, 256, 256),
    ];

    public static void Run(ResultTable table)
    {
        table.Head("GFLOP/s");
        foreach ((int batch, int side, int inputs, int outputs) in s_cases)
        {
            using Scope scope = new();
            ConvGeometry geometry = Window.Square(padding: 1).Geometry("conv2d", 3, 3);
            Operand x = RandomTensor.Of(batch, side, side, inputs).Operand;
            Operand w = RandomTensor.Of(outputs, 3, 3, inputs).Operand;
            Operand y = RandomTensor.Of(batch, side, side, outputs).Operand;
            (double Least, double Median)[] times = Contest.Run(
                Contest.Ours(() =>
                {
                    using Approximation fast = new();
                    Backend.Cpu.Conv2d(x, w, y, geometry, default);
                }),
                Contest.Ours(() => Backend.Cpu.Conv2d(x, w, y, geometry, default)));
            table.Row($"{inputs} to {outputs} at {side}x{side}, batch {batch}", 2e-9 * y.Count * 9 * inputs, times[0], times[1]);
        }
        table.Note("peer: our own exact convolution. GFLOP/s count the direct formula.");
    }
}
