using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>Every gradient rule, on both devices, against differences of the reference device's forward pass.</summary>
public sealed class FiniteDifferenceTests
{
    private const float Step = 0.01f;

    // Float32 outputs of size 1 are off by 6e-8, a difference of them divided by the step by 1e-5.
    private const double Tolerance = 1e-3;

    public static TheoryData<string> Ops => [.. DifferentiableOps.All.Keys];

    [Theory]
    [MemberData(nameof(Ops))]
    public void Gradient_is_the_slope(string name)
    {
        DifferentiableOp op = DifferentiableOps.All[name];
        double[][] slopes = Slopes(op);
        foreach (Backend device in (Backend[])[Backend.Reference, Backend.Cpu])
        {
            float[][] gradients = Gradients(op, device);
            for (int input = 0; input < slopes.Length; input++)
                AssertClose($"{name}: gradient of input {input} on {device.Name}", slopes[input], gradients[input]);
        }
    }

    private static float[][] Gradients(DifferentiableOp op, Backend device)
    {
        using Scope scope = new();
        using Tape tape = new();
        Tensor[] inputs = [.. op.Values().Select((values, i) => Tensor.From(values, op.Inputs[i], device))];
        foreach (Tensor input in inputs)
            input.RequiresGradient = true;
        Tensor output = op.Compute(inputs);
        tape.Backward(output, Tensor.From(DifferentiableOp.Direction(output.Count), output.Shape, device));
        Assert.All(inputs, input => Assert.NotNull(input.Gradient));
        return [.. inputs.Select(input => input.Gradient!.ToArray())];
    }

    private static double[][] Slopes(DifferentiableOp op)
    {
        using Scope scope = new();
        float[][] values = op.Values();
        Tensor[] inputs = [.. values.Select((x, i) => Tensor.From(x, op.Inputs[i], Backend.Reference))];
        return [.. values.Select((x, i) => x.Select((_, place) => Slope(op, inputs, i, x, place)).ToArray())];
    }

    // f'(x) = (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12h + O(h^4)
    private static double Slope(DifferentiableOp op, Tensor[] inputs, int moved, float[] values, int place)
    {
        double At(float steps)
        {
            float[] there = [.. values];
            there[place] += steps * Step;
            inputs[moved].Load(there);
            return Value(op, inputs);
        }
        double slope = (8 * (At(1) - At(-1)) - (At(2) - At(-2))) / (12 * Step);
        inputs[moved].Load(values);
        return slope;
    }

    private static double Value(DifferentiableOp op, Tensor[] inputs)
    {
        using Scope scope = new();
        float[] output = op.Compute(inputs).ToArray();
        float[] direction = DifferentiableOp.Direction(output.Length);
        double sum = 0;
        for (int i = 0; i < output.Length; i++)
            sum += (double)output[i] * direction[i];
        return sum;
    }

    private static void AssertClose(string what, double[] slopes, float[] gradients)
    {
        double scale = Math.Max(1, slopes.Max(Math.Abs));
        for (int i = 0; i < slopes.Length; i++)
            Assert.True(
                Math.Abs(slopes[i] - gradients[i]) <= Tolerance * scale,
                $"{what}: element {i} is {gradients[i]:g6} where the slope is {slopes[i]:g6} (the largest is {scale:g3}).");
    }
}
