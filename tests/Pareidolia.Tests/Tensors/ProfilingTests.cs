using Pareidolia.Tensors;
using Pareidolia.Tensors.Profiling;

namespace Pareidolia.Tests.Tensors;

/// <summary>A device that keeps the time gives what the watched one gives, and counts arithmetic by definition.</summary>
public sealed class ProfilingTests
{
    [Fact]
    public void Every_differentiable_op_gives_the_same_bytes()
    {
        foreach (DifferentiableOp op in DifferentiableOps.All.Values)
        {
            using Scope scope = new();
            ProfilingBackend watched = new(Backend.Cpu);
            Assert.Equal(Gradients(op, Backend.Cpu), Gradients(op, watched));
            Assert.NotEmpty(watched.Times);
        }
    }

    [Fact]
    public void Arithmetic_is_counted_by_definition()
    {
        using Scope scope = new();
        ProfilingBackend watched = new(Backend.Cpu);
        Tensor x = Tensor.Uniform([2, 8, 6, 4], 1, 1, watched), w = Tensor.Uniform([5, 3, 3, 4], 2, 1, watched);
        watched.Clear();
        x.Conv2d(w, null, Window.Square(1, 1));
        x.Conv2d(w, null, Window.Square(1, 1));
        OpTime convolution = Assert.Single(watched.Times);
        Assert.Equal(("conv 3x3", 2), (convolution.Kind, convolution.Calls));
        Assert.Equal(2 * 2 * (2.0 * 8 * 6 * 5) * (3 * 3 * 4), convolution.Flops);
        Assert.Equal(2 * 4.0 * ((2 * 8 * 6 * 4) + (5 * 3 * 3 * 4) + (2 * 8 * 6 * 5)), convolution.Bytes);
        Assert.True(convolution.Seconds > 0);
    }

    private static float[][] Gradients(DifferentiableOp op, Backend device)
    {
        Tensor[] inputs = [.. op.Values().Zip(op.Inputs, (values, shape) => Tensor.From(values, shape, device))];
        foreach (Tensor input in inputs)
            input.RequiresGradient = true;
        using Tape tape = new();
        Tensor y = op.Compute(inputs);
        tape.Backward((y * y).Sum());
        return [y.ToArray(), .. inputs.Where(input => input.Gradient is not null).Select(input => input.Gradient!.ToArray())];
    }
}
