using Pareidolia.Tensors;
using Pareidolia.Weights.Pickle;

namespace Pareidolia.Weights;

/// <summary>A tensor that lies in a file: what it is called and what its bytes mean.</summary>
/// <param name="Name">The tensor's name in the file.</param>
/// <param name="Type">How its elements are written.</param>
/// <param name="Shape">Its axes, outermost first; empty for a scalar.</param>
public record StoredTensor(string Name, SafetensorsType Type, long[] Shape)
{
    /// <summary>How many elements it has.</summary>
    public long Count => Shape.Aggregate(1L, (product, extent) => product * extent);
}

/// <summary>A set of named tensors that lies in one or several files, whatever their format, and is read tensor by tensor.</summary>
public abstract class StoredWeights : IDisposable
{
    /// <summary>Opens a safetensors file, all shards of an index, which is any <c>.json</c> file, or a file of PyTorch.</summary>
    /// <exception cref="PareidoliaException">It is missing, broken, or holds no weights.</exception>
    public static StoredWeights Open(string path)
    {
        return WeightFileStart.Check(path) ? new TorchFile(path) : new SafetensorsShards(path);
    }

    /// <summary>The path that was opened, as it was given.</summary>
    public abstract string Location { get; }

    /// <summary>The tensors' names.</summary>
    public abstract IReadOnlyCollection<string> Names { get; }

    /// <summary>The texts the writer left; empty where there are none.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>();

    /// <summary>Whether a tensor of this name is there.</summary>
    public abstract bool Has(string name);

    /// <summary>Type and shape of a tensor.</summary>
    /// <exception cref="PareidoliaException">There is no tensor of this name.</exception>
    public abstract StoredTensor Entry(string name);

    /// <summary>A tensor's bytes, row by row and little-endian, valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="PareidoliaException">There is no such tensor, or it has 2 GiB or more.</exception>
    public abstract ReadOnlySpan<byte> Bytes(string name);

    /// <summary>A tensor on a device, in the type and the layout of the file; what has no arithmetic here becomes F32 or I32.</summary>
    /// <exception cref="PareidoliaException">There is no such tensor, or its type has no meaning here.</exception>
    public virtual Tensor Load(string name, Backend device) => TensorFiles.Stored(this, name, device);

    /// <summary>Where a tensor's bytes lie in memory as they are stored, valid until <see cref="Dispose"/>; null where they lie nowhere as one.</summary>
    internal virtual nint? AddressOf(string name) => null;

    /// <summary>Lets go of the pages of the files that were looked at; they come back when they are looked at again.</summary>
    public virtual void Forget()
    {
    }

    /// <summary>Closes the files.</summary>
    public abstract void Dispose();
}
