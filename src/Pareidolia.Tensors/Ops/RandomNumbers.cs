using Pareidolia.Tensors.Random;

namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>Standard normals drawn from a stream, row-major.</summary>
    public static Tensor Randn(Shape shape, RandomStream random, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(random);
        float[] values = new float[shape.Count];
        random.Randn(values);
        return From(values, shape, device);
    }

    /// <summary>Numbers in -bound..bound that follow from the key and their place alone; fast, for stand-ins of weights. On devices in host memory.</summary>
    public static Tensor Uniform(Shape shape, ulong key, float bound, Backend? device = null)
    {
        Tensor tensor = Empty(shape, device);
        CounterNoise.Fill(tensor.Operand.Floats, key, bound);
        return tensor;
    }
}
