using System.Runtime.InteropServices;

namespace Pareidolia.Tensors;

/// <summary>A buffer on a device, shared by a tensor and its reshaped views; counted, freed with its last owner.</summary>
internal sealed class Storage
{
    private int _owners = 1;
    private bool _borrowed;

    /// <summary>Allocates; one that is not <paramref name="resident"/> waits for the memory of another.</summary>
    public Storage(Backend device, long bytes, bool resident = true)
    {
        Device = device;
        Bytes = bytes;
        if (!resident)
            return;
        Address = device.Allocate(bytes);
        Count(bytes);
    }

    public Backend Device { get; }

    public long Bytes { get; }

    public nint Address { get; private set; }

    public bool IsResident => Address != 0;

    public bool Shared => Volatile.Read(ref _owners) > 1;

    public Storage Share()
    {
        Interlocked.Increment(ref _owners);
        return this;
    }

    public void Drop()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
            Evict();
    }

    /// <summary>Gives the memory back and waits for other.</summary>
    public void Evict()
    {
        if (!IsResident)
            return;
        if (!_borrowed)
        {
            Device.Release(Address, Bytes);
            Count(-Bytes);
        }
        (Address, _borrowed) = (0, false);
    }

    /// <summary>Lies over memory that someone else owns.</summary>
    public void Borrow(nint address)
    {
        Evict();
        (Address, _borrowed) = (address, true);
    }

    /// <summary>Copies what lies over memory that someone else owns, so that it may be written.</summary>
    public unsafe void Own()
    {
        if (!_borrowed)
            return;
        nint own = Device.Allocate(Bytes);
        NativeMemory.Copy((void*)Address, (void*)own, (nuint)Bytes);
        (Address, _borrowed) = (own, false);
        Count(Bytes);
    }

    /// <summary>Takes over the memory of another of this size.</summary>
    public void Take(Storage other)
    {
        Evict();
        (Address, _borrowed, other.Address, other._borrowed) = (other.Address, other._borrowed, 0, false);
    }

    private void Count(long bytes)
    {
        if (!Device.IsImagined)
            TensorMemory.Count(bytes);
    }
}
