using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors.Cpu;

public sealed class CpuConvolutionTests
{
    /// <summary>Batch, height, width, in, out and the window.</summary>
    public sealed record Case(int B, int H, int W, int C, int O, int Kernel, Window Window)
    {
        internal ConvGeometry Geometry => Window.Geometry("test", Kernel, Kernel);

        internal int[] OutShape => [B, Geometry.OutH(H), Geometry.OutW(W), O];
    }

    public static TheoryData<Case> Cases =>
    [
        new Case(2, 5, 7, 3, 4, 1, Window.Unit),
        new Case(2, 8, 8, 16, 24, 3, Window.Square(1, 1)),
        new Case(1, 9, 6, 5, 33, 3, Window.Square(1, 1)),
        new Case(3, 4, 4, 40, 8, 3, Window.Square(1, 1)),
        new Case(2, 8, 8, 4, 16, 3, Window.Square(2, 1)),
        new Case(2, 9, 7, 12, 6, 3, Window.Square(2, 1)),
        new Case(1, 8, 8, 3, 16, 3, new Window(2, 2, 0, 1, 0, 1)),
        new Case(1, 16, 16, 3, 20, 4, Window.Square(4)),
        new Case(1, 11, 11, 3, 8, 7, Window.Square(2, 3)),
        new Case(1, 12, 10, 6, 8, 3, new Window(1, 1, 2, 2, 2, 2, 2, 2)),
        new Case(1, 13, 12, 6, 8, 3, new Window(2, 3, 2, 1, 2, 0, 3, 2)),
        new Case(2, 6, 6, 12, 8, 3, Window.Square(1, 1, 2)),
        new Case(2, 6, 7, 8, 8, 3, Window.Square(1, 1, 8)),
        new Case(1, 7, 9, 20, 20, 3, Window.Square(2, 1, 20)),
        new Case(1, 6, 6, 4, 12, 3, Window.Square(1, 1, 4)),
        new Case(1, 5, 5, 6, 7, 5, Window.Square(1, 4)),
        new Case(1, 6, 6, 4, 5, 2, Window.Square(3)),
        new Case(0, 6, 6, 4, 5, 3, Window.Square(1, 1)),

        // Windows that are read where they lie: blocks of taps, gaps between taps, groups, taps that no window of a gradient meets.
        new Case(1, 33, 32, 300, 50, 3, Window.Square(1, 1)),
        new Case(2, 37, 33, 17, 9, 3, new Window(1, 1, 1, 2, 3, 0, 2, 3)),
        new Case(2, 30, 33, 48, 33, 3, Window.Square(1, 1, 3)),
        new Case(1, 100, 99, 16, 16, 2, Window.Square(3)),
        new Case(1, 70, 66, 20, 24, 3, Window.Square(2, 1)),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_with_epilogue_matches_the_reference(Case c)
    {
        using Operands operands = new(7);
        (Operand x, Operand w) = Inputs(operands, c);
        Epilogue epilogue = new(operands.Random(c.O), operands.Random(c.B, c.O), operands.Random(c.OutShape), Activation.Silu);
        foreach (Epilogue each in new[] { default, epilogue })
            AssertAgree(operands.Random(c.OutShape), operands.Random(c.OutShape), (device, y) => device.Conv2d(x, w, y, c.Geometry, each));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Input_gradient_with_epilogue_matches_the_reference(Case c)
    {
        using Operands operands = new(8);
        (Operand x, Operand w) = Inputs(operands, c);
        Operand g = operands.Random(c.OutShape);
        Epilogue epilogue = new(operands.Random(c.C), Residual: operands.Random(c.B, c.H, c.W, c.C), Activation: Activation.Relu);
        foreach (Epilogue each in new[] { default, epilogue })
            AssertAgree(operands.Copy(x), operands.Copy(x), (device, y) => device.Conv2dInputGradient(g, w, y, c.Geometry, each));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weight_gradient_matches_the_reference(Case c)
    {
        using Operands operands = new(9);
        (Operand x, Operand w) = Inputs(operands, c);
        Operand g = operands.Random(c.OutShape);
        AssertAgree(operands.Copy(w), operands.Copy(w), (device, y) => device.Conv2dWeightGradient(x, g, y, c.Geometry));
    }

    [Theory]
    [InlineData(24, 20)]
    [InlineData(300, 100)]
    [InlineData(7, 700)]
    public void The_number_of_threads_changes_no_bit(int channels, int outputs)
    {
        Case c = new(2, 40, 40, channels, outputs, 3, Window.Square(1, 1));
        using Operands operands = new(9);
        (Operand x, Operand w) = Inputs(operands, c);
        Operand g = operands.Random(c.OutShape);
        Operand y = operands.Copy(g), dx = operands.Copy(x), dw = operands.Copy(w);
        foreach ((Operand result, Action run) in new (Operand, Action)[]
        {
            (y, () => Backend.Cpu.Conv2d(x, w, y, c.Geometry, default)),
            (dx, () => Backend.Cpu.Conv2dInputGradient(g, w, dx, c.Geometry, default)),
            (dw, () => Backend.Cpu.Conv2dWeightGradient(x, g, dw, c.Geometry)),
        })
            Assert.Equal(CpuMatMulTests.WithThreads(1, result, run), CpuMatMulTests.WithThreads(3, result, run));
    }

    private static void AssertAgree(Operand expected, Operand actual, Action<Backend, Operand> compute)
    {
        compute(Backend.Reference, expected);
        compute(Backend.Cpu, actual);
        Operands.AssertClose(expected, actual);
    }

    private static (Operand X, Operand W) Inputs(Operands operands, Case c) =>
        (operands.Random(c.B, c.H, c.W, c.C), operands.Random(c.O, c.Kernel, c.Kernel, c.C / c.Window.Groups));
}
