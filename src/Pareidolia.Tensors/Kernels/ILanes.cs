namespace Pareidolia.Tensors.Kernels;

/// <summary>
/// Floats that are computed side by side. An operator is written once over any such type, so that every register width gives the same bits: whoever
/// runs it always takes <see cref="Lanes.Count"/> of them, as one register of 512 bits, two of 256 or four of 128.
/// A comparison gives a mask: all bits of a lane set, or none.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>How many floats one value holds.</summary>
    static abstract int Count { get; }

    static abstract TSelf Of(float value);
    static abstract TSelf OfBits(int bits);
    static abstract TSelf Load(float* from);

    /// <summary>The first n floats, n below <see cref="Count"/>; the other lanes are 0. Nothing beyond them is touched.</summary>
    static abstract TSelf LoadPart(float* from, int n);

    /// <summary>16-bit words, as the low halves of the lanes' bits; the high halves are zero.</summary>
    static abstract TSelf LoadWords(ushort* from);

    void Store(float* to);

    /// <summary>Stores the first n lanes.</summary>
    void StorePart(float* to, int n);

    /// <summary>The low halves of the lanes' bits.</summary>
    void StoreWords(ushort* to);

    static abstract TSelf operator +(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a, TSelf b);
    static abstract TSelf operator *(TSelf a, TSelf b);
    static abstract TSelf operator /(TSelf a, TSelf b);
    static abstract TSelf operator -(TSelf a);
    static abstract TSelf operator &(TSelf a, TSelf b);
    static abstract TSelf operator |(TSelf a, TSelf b);

    /// <summary>a b + c, rounded once.</summary>
    static abstract TSelf MulAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Sqrt(TSelf x);
    static abstract TSelf Abs(TSelf x);
    static abstract TSelf Floor(TSelf x);

    /// <summary>Nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>The larger; NaN where either is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller; NaN where either is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The larger, by the machine's own instruction: of numbers; where one is NaN, either.</summary>
    static abstract TSelf Larger(TSelf a, TSelf b);

    /// <summary>x, but at least so much; NaN stays NaN.</summary>
    static abstract TSelf AtLeast(TSelf x, float low);

    /// <summary>x kept within [low, high]; NaN stays NaN.</summary>
    static abstract TSelf Clamp(TSelf x, float low, float high);

    /// <summary>x 2^n for whole n in -150..128 and |x| near 1, rounded once.</summary>
    static abstract TSelf Scale(TSelf x, TSelf n);

    static abstract TSelf Less(TSelf a, TSelf b);

    /// <summary>Whether a is less than b in any lane.</summary>
    static abstract bool AnyLess(TSelf a, TSelf b);

    static abstract TSelf LessOrEqual(TSelf a, TSelf b);
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>a where the mask is set, else b.</summary>
    static abstract TSelf Select(TSelf mask, TSelf a, TSelf b);

    /// <summary>Sum of the lanes' bits as integers.</summary>
    static abstract TSelf AddBits(TSelf a, TSelf b);

    static abstract TSelf ShiftLeft(TSelf x, int bits);

    /// <summary>Shifts the lanes' bits right; zeros enter.</summary>
    static abstract TSelf ShiftRight(TSelf x, int bits);

    /// <summary>The floats of lanes whose bits are integers.</summary>
    static abstract TSelf FromInt(TSelf bits);

    /// <summary>Lane i is added to sums[i].</summary>
    void AddTo(double* sums);

    /// <summary>Sum of the lanes, halves added to halves.</summary>
    float Sum();

    /// <summary>Largest lane; NaN if there is one.</summary>
    float Largest();
}
