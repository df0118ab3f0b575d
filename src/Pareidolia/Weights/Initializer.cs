using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Weights;

/// <summary>How a parameter of a new model begins.</summary>
public sealed class Initializer
{
    private readonly Action<float[], Shape, TorchCpuGenerator> _fill;

    private Initializer(Action<float[], Shape, TorchCpuGenerator> fill) => _fill = fill;

    /// <summary>All 0.</summary>
    public static Initializer Zeros { get; } = new((_, _, _) => { });

    /// <summary>All 1.</summary>
    public static Initializer Ones { get; } = new((values, _, _) => Array.Fill(values, 1f));

    /// <summary>Uniform in +-1/sqrt(fan in), the field's default for linear layers and convolutions; fan in is all axes but the first.</summary>
    public static Initializer FanIn { get; } = Uniform(shape => shape.Product(1, shape.Rank));

    /// <summary>The same for a bias, whose layer's fan in must be told.</summary>
    public static Initializer FanInBias(long fanIn) => Uniform(_ => fanIn);

    /// <summary>Normal with mean 0 and this deviation.</summary>
    public static Initializer Normal(float deviation) => new((values, _, random) => random.Normal(values, 0, deviation));

    /// <summary>These values, as many as the parameter has.</summary>
    public static Initializer Given(IReadOnlyList<float> values) => new((target, _, _) =>
    {
        for (int i = 0; i < target.Length; i++)
            target[i] = values[i];
    });

    /// <summary>All of one value.</summary>
    public static Initializer Constant(float value) => new((values, _, _) => Array.Fill(values, value));

    internal void Fill(float[] values, Shape shape, TorchCpuGenerator random) => _fill(values, shape, random);

    private static Initializer Uniform(Func<Shape, long> fanIn) => new((values, shape, random) =>
    {
        float bound = 1 / MathF.Sqrt(Math.Max(1, fanIn(shape)));
        random.Uniform(values, -bound, bound);
    });
}
