using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Weights;

/// <summary>How the parameters of a new model begin: each from its own stream of a seed and its name.</summary>
internal sealed class Initialisation(ulong seed)
{
    /// <summary>A parameter's start.</summary>
    public Tensor Of(string name, Shape shape, Initializer initializer, Backend device)
    {
        float[] values = new float[checked((int)shape.Count)];
        initializer.Fill(values, shape, new TorchCpuGenerator(seed ^ StableHash(name)));
        return Tensor.From(values, shape, device);
    }

    /// <summary>FNV-1a: a parameter's start depends on its name alone, not on the order in which layers are built.</summary>
    public static ulong StableHash(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in System.Text.Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 1099511628211;
        return hash ^ (hash >> 32);
    }
}
