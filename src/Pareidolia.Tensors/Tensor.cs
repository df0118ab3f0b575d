using System.Runtime.InteropServices;

namespace Pareidolia.Tensors;

/// <summary>
/// A contiguous n-dimensional array on a device. Activations are [batch, height, width, channels]. The innermost open <see cref="Scope"/> owns a
/// new tensor; outside all scopes the caller disposes it. Ops are the partial files in Ops/: each checks, computes, and states its gradient.
/// </summary>
public sealed partial class Tensor : IDisposable
{
    private readonly Storage _storage;
    private int _holds;
    private bool _disposed;

    internal Tensor(Storage storage, Shape shape, DType type)
    {
        _storage = storage;
        Shape = shape;
        Type = type;
        Scope.Current?.Add(this);
    }

    /// <summary>Extents, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>Element type.</summary>
    public DType Type { get; }

    /// <summary>Where the elements lie and ops run.</summary>
    public Backend Device => _storage.Device;

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>Bytes of the elements.</summary>
    public long Bytes => Type.Bytes(Shape);

    /// <summary>Whether a <see cref="Tape"/> follows this tensor as a leaf and leaves its gradient in <see cref="Gradient"/>.</summary>
    public bool RequiresGradient
    {
        get => Variable is { IsLeaf: true };
        set
        {
            if (value && Type != DType.F32)
                throw new TensorException($"gradient: {this} is no F32, and what is stored in fewer bits has no gradient");
            if (value)
                _storage.Own();
            Variable = value ? new Variable { IsLeaf = true } : null;
        }
    }

    /// <summary>The gradient that backward passes have added up in this leaf; null before the first.</summary>
    public Tensor? Gradient => Variable?.Gradient;

    internal Variable? Variable { get; set; }

    internal Operand Operand
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed && _holds == 0, this);
            if (!_storage.IsResident)
                throw new TensorException($"{this} was evicted and has not been filled again");
            return new Operand(_storage.Address, Shape, Type);
        }
    }

    // For ops in place: what lies over memory of others is copied before it changes.
    internal Operand Writable
    {
        get
        {
            _storage.Own();
            return Operand;
        }
    }

    internal bool SharesStorage => _storage.Shared;

    /// <summary>Whether its memory is there: not before <see cref="Fill"/> where it began as an <see cref="Outline"/>, and not after <see cref="Evict"/>.</summary>
    public bool IsResident => _storage.IsResident;

    /// <summary>A tensor without memory, which <see cref="Fill"/> brings: a weight that is read when it is needed.</summary>
    public static Tensor Outline(Shape shape, Backend? device = null, DType type = DType.F32)
    {
        Backend place = device ?? Backend.Cpu;
        return new(new Storage(place, type.Bytes(shape), resident: place.IsImagined), shape, type);
    }

    /// <summary>Takes over the memory of a tensor of the same shape, type and device, which is left without.</summary>
    /// <exception cref="TensorException">They differ, or others share that memory.</exception>
    public void Fill(Tensor source)
    {
        Required(source);
        if (source.Shape != Shape || source.Type != Type || source.Device != Device || source.SharesStorage)
            throw new TensorException($"fill: {source} cannot hand its memory to {this}");
        _storage.Take(source._storage);
    }

    /// <summary>
    /// Lies over memory that someone else owns, such as a mapped file: it must stay until <see cref="Evict"/> or <see cref="Dispose"/>. It is only read: before
    /// the tensor changes in place, or asks for a gradient, it gets memory of its own. On devices in host memory.
    /// </summary>
    /// <exception cref="TensorException">The device has memory of its own.</exception>
    public void Borrow(nint address)
    {
        if (!Device.IsHost)
            throw new TensorException($"borrow: {this} does not lie in host memory");
        _storage.Borrow(address);
    }

    /// <summary>Gives the memory back; shape and type stay, and <see cref="Fill"/> makes the tensor whole again.</summary>
    public void Evict() => _storage.Evict();

    /// <summary>Forgets the gradient of this leaf.</summary>
    public void ClearGradient() => Variable?.Clear();

    /// <summary>Releases the memory now, or when the last tape or view that still needs it lets go. May be called twice.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (Variable is { IsLeaf: true })
            ClearGradient();
        if (_holds == 0)
            _storage.Drop();
    }

    /// <summary>Copies the elements to host memory, as floats whatever they are stored as.</summary>
    public float[] ToArray()
    {
        using Scope scope = new();
        using IDisposable pause = Tape.Pause();
        Tensor floats = To(DType.F32);
        float[] values = new float[checked((int)Count)];
        Device.Download(floats.Operand.Address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Writes the elements as they are held, which <see cref="Borrow"/> takes again.</summary>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] part = new byte[Math.Min(Bytes, 1 << 20)];
        for (long at = 0; at < Bytes; at += part.Length)
        {
            Span<byte> some = part.AsSpan(0, (int)Math.Min(part.Length, Bytes - at));
            Device.Download(Operand.Address + (nint)at, some);
            stream.Write(some);
        }
    }

    /// <summary>Copies 32-bit integers to host memory.</summary>
    public int[] ToIntArray()
    {
        if (Type != DType.I32)
            throw new TensorException($"to int array: the tensor is {Type}, not I32");
        int[] values = new int[checked((int)Count)];
        Device.Download(Operand.Address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>The single element of a tensor of one element.</summary>
    public float Item() => Count == 1 ? ToArray()[0] : throw new TensorException($"item: {Shape} has {Count} elements, not one");

    /// <summary>Overwrites the elements in place (not seen by tapes); the count must agree.</summary>
    public void Load(ReadOnlySpan<float> values)
    {
        if (values.Length != Count || Type != DType.F32)
            throw new TensorException($"load: {values.Length} floats do not fit {Type} {Shape}");
        Device.Upload(MemoryMarshal.AsBytes(values), Writable.Address);
    }

    /// <summary>Copies another tensor's elements over this one's, in place (not seen by tapes).</summary>
    public void CopyFrom(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        RequireSame("copy", source);
        Device.Convert(source.Operand, Writable);
    }

    /// <summary>Reads like <c>F32 [2, 77, 768] on cpu</c>.</summary>
    public override string ToString() => $"{Type} {Shape} on {Device.Name}";

    internal Storage ShareStorage() => _storage.Share();

    // A tape keeps what its rules will read, also after the scope that made it has closed.
    internal void Hold() => _holds++;

    internal void Unhold()
    {
        if (--_holds == 0 && _disposed)
            _storage.Drop();
    }

    internal void RequireSame(string op, Tensor other)
    {
        if (Shape != other.Shape)
            throw new TensorException($"{op}: {Shape} and {other.Shape} should have one shape");
    }

    internal void RequireRank(string op, int rank, string layout)
    {
        if (Rank != rank)
            throw new TensorException($"{op}: {Shape} should have {rank} axes, {layout}");
    }
}
