using Pareidolia.Tensors;

namespace Pareidolia.Benchmarks;

/// <summary>Convolutions and their gradients beside PyTorch's in channels-last layout.</summary>
internal static class ConvolutionBenchmark
{
    private static readonly Case[] s_cases =
    [
        new(2, 64, 320, 320, 3, 1),
        new(2, 32, 640, 640, 3, 1),
        new(2, 16, 1280, 1280, 3, 1),
        new(2, 64, 512, 512, 3, 1),
        new(2, 256, 128, 128, 3, 1),
        new(32, 16, 64, 64, 3, 1),
        new(32, 16, 96, 96, 3, 1),
        new(32, 16, 128, 128, 3, 1),
        new(32, 16, 192, 192, 3, 1),
        new(32, 16, 256, 256, 3, 1),
        new(32, 8, 256, 256, 3, 1),
        new(32, 64, 32, 32, 3, 1),
        new(32, 64, 64, 64, 3, 1),
        new(32, 128, 16, 16, 3, 1),
        new(32, 128, 32, 32, 3, 1),
        new(32, 64, 32, 64, 3, 2),
        new(32, 16, 128, 256, 1, 1),
    ];

    public static void Run(ResultTable table)
    {
        using Torch torch = new();
        table.Head("GFLOP/s");
        foreach (Case c in s_cases)
            Run(table, torch, c);
        table.Note("peer: PyTorch 1.13 channels_last; gradients are of input and weight together. GFLOP/s count the direct formula.");
    }

    private static void Run(ResultTable table, Torch torch, Case c)
    {
        using Scope scope = new();
        ConvGeometry geometry = Window.Square(c.Stride, c.Kernel / 2).Geometry("conv2d", c.Kernel, c.Kernel);
        int side = geometry.OutH(c.Side);
        Operand x = RandomTensor.Of(c.Batch, c.Side, c.Side, c.Inputs).Operand;
        Operand w = RandomTensor.Of(c.Outputs, c.Kernel, c.Kernel, c.Inputs).Operand;
        Operand y = RandomTensor.Of(c.Batch, side, side, c.Outputs).Operand;
        Operand dx = Tensor.Empty(x.Shape).Operand;
        Operand dw = Tensor.Empty(w.Shape).Operand;
        double work = 2e-9 * y.Count * c.Kernel * c.Kernel * c.Inputs;
        int[] numbers = [c.Batch, c.Side, c.Side, c.Inputs, c.Outputs, c.Kernel, c.Stride];
        string name = $"{c.Inputs} to {c.Outputs} at {c.Side}x{c.Side}, kernel {c.Kernel}, stride {c.Stride}, batch {c.Batch}";
        (double Least, double Median)[] times = Contest.Run(
            Contest.Ours(() => Backend.Cpu.Conv2d(x, w, y, geometry, default)), torch.Case("conv", numbers));
        table.Row(name, work, times[0], times[1]);
        if (c is { Kernel: 3, Stride: 1 })
            Fast(table, torch.Case("conv", numbers), name, work, () => Backend.Cpu.Conv2d(x, w, y, geometry, default));
        times = Contest.Run(
            Contest.Ours(() =>
            {
                Backend.Cpu.Conv2dInputGradient(y, w, dx, geometry, default);
                Backend.Cpu.Conv2dWeightGradient(x, y, dw, geometry);
            }),
            torch.Case("conv-gradients", numbers));
        table.Row(name + ", gradients", 2 * work, times[0], times[1]);
    }

    // What pictures are drawn with, unless exactness is asked for.
    private static void Fast(ResultTable table, Func<double> peer, string name, double work, Action run)
    {
        (double Least, double Median)[] times = Contest.Run(
            Contest.Ours(() =>
            {
                using Approximation fast = new();
                run();
            }),
            peer);
        table.Row(name + ", as pictures are drawn", work, times[0], times[1]);
    }

    private sealed record Case(int Batch, int Side, int Inputs, int Outputs, int Kernel, int Stride);
}
