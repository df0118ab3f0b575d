namespace Pareidolia.Tensors;

/// <summary>
/// Native host memory, 64-byte aligned, recycled by size: training asks for the same sizes at every step. What is used and what is spare together
/// stay under the most that was used at a time and <see cref="SpareShare"/> of it; beyond, spare buffers of the size that was asked for longest ago are given back.
/// <see cref="Trim"/> gives all back. An imagined pool only keeps the books.
/// </summary>
internal sealed class HostPool(bool imagined = false)
{
    private const int Alignment = 64;

    // Small programs give nothing back.
    private const long Floor = 256L << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, SpareBuffers> _spare = [];
    private long _spareBytes;
    private long _usedBytes;
    private long _mostUsedBytes;
    private long _asked;
    private nint _imaginedAddress;

    /// <summary>How much more may be kept than was ever used at once, as a share of that: 0.5 keeps half as much again.</summary>
    public double SpareShare { get; set; }

    /// <summary>What is used and what is spare, at its most since <see cref="ResetPeak"/>.</summary>
    public long PeakBytes { get; private set; }

    public void ResetPeak()
    {
        lock (_lock)
            PeakBytes = _usedBytes + _spareBytes;
    }

    public nint Allocate(long bytes)
    {
        long size = Class(bytes);
        lock (_lock)
        {
            _usedBytes += size;
            _mostUsedBytes = Math.Max(_mostUsedBytes, _usedBytes);
            SpareBuffers own = Of(size);
            own.Asked = ++_asked;
            if (own.Addresses.TryPop(out nint address))
            {
                _spareBytes -= size;
                return address;
            }
            while (_spareBytes > 0 && _usedBytes + _spareBytes > Math.Max(Floor, _mostUsedBytes * (1 + SpareShare)))
                GiveOneBack();
            PeakBytes = Math.Max(PeakBytes, _usedBytes + _spareBytes);
            if (imagined)
                return _imaginedAddress += Alignment;
        }
        return NativeHeap.Allocate(size);
    }

    public void Release(nint address, long bytes)
    {
        long size = Class(bytes);
        lock (_lock)
        {
            _usedBytes -= size;
            _spareBytes += size;
            Of(size).Addresses.Push(address);
        }
    }

    /// <summary>Gives all spare buffers back; what was used before no longer counts.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            while (_spareBytes > 0)
                GiveOneBack();
            _mostUsedBytes = _usedBytes;
        }
    }

    private SpareBuffers Of(long size) => _spare.TryGetValue(size, out SpareBuffers? known) ? known : _spare[size] = new SpareBuffers();

    private void GiveOneBack()
    {
        (long size, SpareBuffers oldest) = _spare.Where(entry => entry.Value.Addresses.Count > 0).MinBy(entry => entry.Value.Asked);
        nint address = oldest.Addresses.Pop();
        _spareBytes -= size;
        if (!imagined)
            NativeHeap.Free(address);
    }

    // Sizes are rounded up to an eighth of their power of two, so that nearly equal requests share buffers.
    private static long Class(long bytes)
    {
        long least = Math.Max(bytes, Alignment);
        long step = Math.Max(Alignment, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)least) / 16);
        return (least + step - 1) / step * step;
    }

    private sealed class SpareBuffers
    {
        public Stack<nint> Addresses { get; } = [];

        /// <summary>When this size was last asked for.</summary>
        public long Asked { get; set; }
    }
}
