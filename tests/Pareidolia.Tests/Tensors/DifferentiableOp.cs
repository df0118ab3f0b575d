using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>An op as a function of the inputs whose gradients it has, with their shapes, and whether they must be positive.</summary>
internal sealed record DifferentiableOp(string Name, Func<Tensor[], Tensor> Compute, Shape[] Inputs, bool Positive = false)
{
    /// <summary>
    /// Distance between two neighbours of the inputs' values. Differences of one input's values are multiples of it, and the values of
    /// every other input lie half way between: steps smaller than half of it meet no kink of abs, max, relu ...
    /// </summary>
    public const float Gap = 0.05f;

    /// <summary>Values for the inputs, all of one input different.</summary>
    public float[][] Values() => [.. Inputs.Select((shape, index) => ValuesOf(shape, index))];

    /// <summary>A fixed direction in the space of the output: the gradient of sum(output * direction) is what is tested.</summary>
    public static float[] Direction(long count)
    {
        System.Random random = new(11);
        return [.. Enumerable.Range(0, (int)count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    private float[] ValuesOf(Shape shape, int index)
    {
        int count = (int)shape.Count;
        int[] places = [.. Enumerable.Range(0, count)];
        new System.Random(index + 1).Shuffle(places);
        float first = Positive ? 10 * Gap : -(count / 2) * Gap;
        return [.. places.Select(place => first + (place + 0.5f + (index % 2 * 0.5f)) * Gap)];
    }
}
