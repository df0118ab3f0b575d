using System.Buffers.Binary;

namespace Pareidolia.Tensors.Random;

/// <summary>
/// The stream `torch-cpu`: what PyTorch's CPU generator draws after <c>manual_seed(seed)</c>, draw for draw (mt19937; checked
/// against version 1.13, and later ones draw the same numbers here). Only the last bits of normals may differ, because theirs depend on the
/// machine's vector instructions and ours do not.
/// </summary>
public sealed class TorchCpuGenerator : RandomStream
{
    private const int StateBytes = MersenneTwister.StateBytes + 1 + sizeof(double);

    private readonly MersenneTwister _engine;

    // Box-Muller makes normals in pairs; a draw of fewer than 16 leaves the second of a pair for the next such draw.
    private double? _secondNormal;

    /// <summary>A stream that starts at <paramref name="seed"/>, of which, as in torch, only the low 32 bits matter.</summary>
    public TorchCpuGenerator(ulong seed) => _engine = new MersenneTwister((uint)seed);

    /// <summary>32 uniform bits.</summary>
    public uint NextUInt32() => _engine.Next();

    /// <summary>64 uniform bits, the high half drawn first.</summary>
    public ulong NextUInt64() => ((ulong)_engine.Next() << 32) | _engine.Next();

    /// <inheritdoc/>
    public override void Randn(Span<float> destination) => Normal(destination, 0, 1);

    /// <summary>torch.randn of float64: standard normals.</summary>
    public void Randn(Span<double> destination)
    {
        if (destination.Length < BoxMuller.Block)
        {
            for (int i = 0; i < destination.Length; i++)
                destination[i] = NextNormal();
            return;
        }
        Rand(destination);
        for (int i = 0; i + BoxMuller.Block <= destination.Length; i += BoxMuller.Block)
            BoxMuller.Transform(destination.Slice(i, BoxMuller.Block));
        if (destination.Length % BoxMuller.Block == 0)
            return;
        Span<double> last = destination[^BoxMuller.Block..];
        Rand(last);
        BoxMuller.Transform(last);
    }

    /// <summary>
    /// tensor.normal_(mean, deviation). Under 16 numbers are drawn one by one in double precision; from 16 on in float, in blocks of 16,
    /// and when 16 does not divide the length, the last 16 are drawn anew. The two ways give different numbers for one seed.
    /// </summary>
    public void Normal(Span<float> destination, float mean, float deviation)
    {
        if (destination.Length < BoxMuller.Block)
        {
            for (int i = 0; i < destination.Length; i++)
                destination[i] = (float)(NextNormal() * deviation + mean);
            return;
        }
        Rand(destination);
        for (int i = 0; i + BoxMuller.Block <= destination.Length; i += BoxMuller.Block)
            BoxMuller.Transform(destination.Slice(i, BoxMuller.Block), mean, deviation);
        if (destination.Length % BoxMuller.Block == 0)
            return;
        Span<float> last = destination[^BoxMuller.Block..];
        Rand(last);
        BoxMuller.Transform(last, mean, deviation);
    }

    /// <summary>torch.rand: uniform in [0, 1), multiples of 2^-24.</summary>
    public void Rand(Span<float> destination) => Uniform(destination, 0, 1);

    /// <summary>torch.rand of float64: uniform in [0, 1), multiples of 2^-53.</summary>
    public void Rand(Span<double> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = NextDouble();
    }

    /// <summary>tensor.uniform_(from, to).</summary>
    public void Uniform(Span<float> destination, float from, float to)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = NextSingle() * (to - from) + from;
    }

    /// <summary>torch.randint(low, high): integers in [low, high).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="high"/> is not above <paramref name="low"/>.</exception>
    public void Randint(Span<long> destination, long low, long high)
    {
        if (high <= low)
            throw new ArgumentOutOfRangeException(nameof(high), high, $"randint: the upper bound {high} must be above {low}, the lower.");
        ulong range = unchecked((ulong)high - (ulong)low);
        for (int i = 0; i < destination.Length; i++)
            destination[i] = unchecked(low + (long)((range >> 32 == 0 ? NextUInt32() : NextUInt64()) % range));
    }

    /// <summary>torch.randperm(n) with n the length: 0 .. n - 1 in random order.</summary>
    public void Randperm(Span<long> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = i;
        for (int i = 0; i < destination.Length - 1; i++)
        {
            int other = i + (int)(NextUInt32() % (uint)(destination.Length - i));
            (destination[i], destination[other]) = (destination[other], destination[i]);
        }
    }

    /// <summary>torch.bernoulli of a float tensor filled with <paramref name="probability"/>: 1 with that probability, else 0.</summary>
    public void Bernoulli(Span<float> destination, float probability)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = NextSingle() < probability ? 1 : 0;
    }

    /// <inheritdoc/>
    public override byte[] SaveState()
    {
        byte[] state = new byte[StateBytes];
        _engine.Save(state);
        state[MersenneTwister.StateBytes] = _secondNormal is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteDoubleLittleEndian(state.AsSpan(MersenneTwister.StateBytes + 1), _secondNormal ?? 0);
        return state;
    }

    /// <inheritdoc/>
    public override void RestoreState(ReadOnlySpan<byte> state)
    {
        if (state.Length != StateBytes || !_engine.TryRestore(state))
            throw new ArgumentException(
                $"A torch-cpu random state has {StateBytes} bytes and a position of 0 to 624; got {state.Length} bytes.");
        bool cached = state[MersenneTwister.StateBytes] != 0;
        _secondNormal = cached ? BinaryPrimitives.ReadDoubleLittleEndian(state[(MersenneTwister.StateBytes + 1)..]) : null;
    }

    private float NextSingle() => (_engine.Next() & 0xFFFFFF) * (1f / (1 << 24));

    private double NextDouble() => (NextUInt64() & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));

    private double NextNormal()
    {
        if (_secondNormal is double cached)
        {
            _secondNormal = null;
            return cached;
        }
        double turn = NextDouble();
        (double first, double second) = BoxMuller.Pair(1 - NextDouble(), turn);
        _secondNormal = second;
        return first;
    }
}
