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
}
