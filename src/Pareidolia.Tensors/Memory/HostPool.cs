using System.Runtime.InteropServices;

namespace Pareidolia.Tensors;

/// <summary>
/// Native host memory, 64-byte aligned, recycled by size: training asks for the same sizes at every step. Spare buffers are kept up to a
/// share of what is in use; <see cref="Trim"/> gives them all back.
/// </summary>
internal sealed unsafe class HostPool
{
    private const int Alignment = 64;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Stack<nint>> _spare = [];
    private long _spareBytes;
    private long _usedBytes;

    public nint Allocate(long bytes)
    {
        long size = Class(bytes);
        lock (_lock)
        {
            _usedBytes += size;
            if (_spare.TryGetValue(size, out Stack<nint>? stack) && stack.TryPop(out nint address))
            {
                _spareBytes -= size;
                return address;
            }
        }
        return (nint)NativeMemory.AlignedAlloc((nuint)size, Alignment);
    }

    public void Release(nint address, long bytes)
    {
        long size = Class(bytes);
        lock (_lock)
        {
            _usedBytes -= size;
            // The floor keeps small programs from allocating at every step; the share keeps one large step from hoarding.
            if (_spareBytes + size <= Math.Max(256L << 20, _usedBytes))
            {
                if (!_spare.TryGetValue(size, out Stack<nint>? stack))
                    _spare[size] = stack = new Stack<nint>();
                stack.Push(address);
                _spareBytes += size;
                return;
            }
        }
        NativeMemory.AlignedFree((void*)address);
    }

    public void Trim()
    {
        lock (_lock)
        {
            foreach (Stack<nint> stack in _spare.Values)
                while (stack.TryPop(out nint address))
                    NativeMemory.AlignedFree((void*)address);
            _spareBytes = 0;
        }
    }

    // Sizes are rounded up to an eighth of their power of two, so that nearly equal requests share buffers.
    private static long Class(long bytes)
    {
        long least = Math.Max(bytes, Alignment);
        long step = Math.Max(Alignment, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)least) / 16);
        return (least + step - 1) / step * step;
    }
}
