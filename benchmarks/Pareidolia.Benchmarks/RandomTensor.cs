using Pareidolia.Tensors;

namespace Pareidolia.Benchmarks;

/// <summary>Inputs: what the numbers are does not matter, only that they are ordinary.</summary>
internal static class RandomTensor
{
    public static Tensor Of(params int[] extents)
    {
        Shape shape = new(extents);
        Random random = new(1);
        float[] values = new float[shape.Count];
        foreach (ref float value in values.AsSpan())
            value = random.NextSingle() - 0.5f;
        return Tensor.From(values, shape);
    }
}
