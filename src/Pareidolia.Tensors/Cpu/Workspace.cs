namespace Pareidolia.Tensors.Cpu;

/// <summary>Memory for the length of one op, from the pool that tensors come from.</summary>
internal readonly unsafe ref struct Workspace(Backend device, long bytes) : IDisposable
{
    private readonly nint _address = device.Allocate(bytes);

    public float* Floats => (float*)_address;

    public double* Doubles => (double*)_address;

    public void Dispose() => device.Release(_address, bytes);
}
