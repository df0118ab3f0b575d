using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>
/// Whole models: every trained parameter has a gradient, and along directions through the parameters it is the slope of the forward pass. Each direction
/// moves every twelfth parameter, so that all are moved by one, neighbours by different ones.
/// </summary>
public sealed class ModelGradientTests
{
    private const int Directions = 12;
    private const float Step = 0.03f;

    // As for single ops, relative to the largest slope.
    private const double Tolerance = 1e-3;

    public static TheoryData<string> Names => [.. TinyModels.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_are_the_slopes(string name)
    {
        using Scope scope = new();
        using TinyModel model = TinyModels.All[name](Backend.Cpu);
        Disturb(model.Weights);
        float[] outputDirection = Backward(model);
        Parameter[][] groups = [.. Enumerable.Range(0, Directions).Select(first => Every(Directions, first, model.Weights))];
        double[] gradients = [.. groups.Select(group => group.Sum(Along))];
        double[] slopes = [.. groups.Select(group => Slope(model, group, outputDirection))];
        double scale = slopes.Max(Math.Abs);
        for (int i = 0; i < slopes.Length; i++)
            Assert.True(
                Math.Abs(slopes[i] - gradients[i]) <= Tolerance * scale,
                $"{name}: along direction {i} ({groups[i][0].Name} ..) the gradient is {gradients[i]:g6} where the slope is {slopes[i]:g6} "
                + $"(the largest is {scale:g3}).");
    }

    private static Parameter[] Every(int stride, int first, WeightStore weights) =>
        [.. weights.Parameters.Where(parameter => parameter.Trained).Skip(first).Where((_, i) => i % stride == 0)];

    // New models hold zeros that gradients do not pass.
    private static void Disturb(WeightStore weights)
    {
        foreach ((Parameter parameter, int i) in weights.Parameters.Select((parameter, i) => (parameter, i)))
        {
            using Scope scope = new();
            parameter.Tensor.AddInPlace(TinyModels.Noise(parameter.Tensor.Shape, weights.Device, (ulong)i), 0.1f);
        }
    }

    private static float[] Backward(TinyModel model)
    {
        using Scope scope = new();
        using Tape tape = new();
        model.Weights.RequireGradients(true);
        Tensor output = model.Run();
        float[] direction = DifferentiableOp.Direction(output.Count);
        tape.Backward(output, Tensor.From(direction, output.Shape, output.Device));
        return direction;
    }

    private static double Along(Parameter parameter)
    {
        Tensor gradient = parameter.Tensor.Gradient ?? throw new InvalidOperationException($"'{parameter.Name}' has no gradient");
        return Dot(gradient.ToArray(), DifferentiableOp.Direction(gradient.Count));
    }

    // (8 (f(x + h d) - f(x - h d)) - (f(x + 2 h d) - f(x - 2 h d))) / 12 h
    private static double Slope(TinyModel model, Parameter[] group, float[] outputDirection)
    {
        float[][] values = [.. group.Select(parameter => parameter.Tensor.ToArray())];
        float step = Step / MathF.Sqrt(group.Sum(parameter => parameter.Tensor.Count));
        double At(float steps)
        {
            using Scope scope = new();
            for (int i = 0; i < group.Length; i++)
            {
                float[] ways = DifferentiableOp.Direction(values[i].Length);
                group[i].Tensor.Load([.. values[i].Zip(ways, (value, way) => value + (steps * step * way))]);
            }
            return Dot(model.Run().ToArray(), outputDirection);
        }
        double slope = (8 * (At(1) - At(-1)) - (At(2) - At(-2))) / (12 * step);
        _ = At(0);
        return slope;
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
