namespace Pareidolia.Tensors;

/// <summary>A buffer on a device, shared by a tensor and its reshaped views; counted, freed with its last owner.</summary>
internal sealed class Storage
{
    private int _owners = 1;

    public Storage(Backend device, long bytes)
    {
        Device = device;
        Bytes = bytes;
        Address = device.Allocate(bytes);
        TensorMemory.Add(bytes);
    }

    public Backend Device { get; }

    public long Bytes { get; }

    public nint Address { get; private set; }

    public bool Shared => Volatile.Read(ref _owners) > 1;

    public Storage Share()
    {
        Interlocked.Increment(ref _owners);
        return this;
    }

    public void Drop()
    {
        if (Interlocked.Decrement(ref _owners) > 0)
            return;
        Device.Release(Address, Bytes);
        Address = 0;
        TensorMemory.Remove(Bytes);
    }
}
