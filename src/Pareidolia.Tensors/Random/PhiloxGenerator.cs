using System.Buffers.Binary;

namespace Pareidolia.Tensors.Random;

/// <summary>
/// The stream `philox`: the normals that torch draws on a CUDA device after <c>manual_seed(seed)</c>, by Philox4x32-10
/// (Salmon et al. 2011, https://doi.org/10.1145/2063384.2063405). Number i of draw d comes from counter (d, 0, i, 0) under the seed as
/// key, so a draw's numbers do not depend on how many the draw before it took.
/// </summary>
public sealed class PhiloxGenerator : RandomStream
{
    private const int StateBytes = 2 * sizeof(ulong);
    private const double InverseTwo32 = 1.0 / (1L << 32);

    // 2 pi / 2^32 as curand keeps it: a float.
    private const float AnglePerUnit = (float)(2.3283064e-10 * 6.2831855);

    private ulong _seed;
    private ulong _draw;

    /// <summary>A stream that starts at <paramref name="seed"/>; all 64 bits matter.</summary>
    public PhiloxGenerator(ulong seed) => _seed = seed;

    /// <inheritdoc/>
    public override void Randn(Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            (uint x, uint y, _, _) = Rounds((uint)_draw, (uint)(_draw >> 32), (uint)i, _seed);
            double u = x * InverseTwo32 + InverseTwo32 / 2;
            double angle = y * (double)AnglePerUnit + AnglePerUnit / 2;
            destination[i] = (float)(Math.Sqrt(-2 * PortableMath.Log(u)) * PortableMath.SinCos(angle).Sin);
        }
        _draw++;
    }

    /// <inheritdoc/>
    public override byte[] SaveState()
    {
        byte[] state = new byte[StateBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(state, _seed);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(sizeof(ulong)), _draw);
        return state;
    }

    /// <inheritdoc/>
    public override void RestoreState(ReadOnlySpan<byte> state)
    {
        if (state.Length != StateBytes)
            throw new ArgumentException($"A philox random state is {StateBytes} bytes; got {state.Length}.");
        _seed = BinaryPrimitives.ReadUInt64LittleEndian(state);
        _draw = BinaryPrimitives.ReadUInt64LittleEndian(state[sizeof(ulong)..]);
    }

    /// <summary>The four output words of counter (c0, c1, c2, 0) after ten rounds.</summary>
    internal static (uint X, uint Y, uint Z, uint W) Rounds(uint c0, uint c1, uint c2, ulong key)
    {
        uint c3 = 0;
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong left = (ulong)c0 * 0xD2511F53u, right = (ulong)c2 * 0xCD9E8D57u;
            (c0, c1, c2, c3) = ((uint)(right >> 32) ^ c1 ^ k0, (uint)right, (uint)(left >> 32) ^ c3 ^ k1, (uint)left);
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        return (c0, c1, c2, c3);
    }
}
