using System.Runtime.Intrinsics.X86;

namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>
/// What a processor has for products of bfloat16 with float32 sums, beyond what .NET has intrinsics for: the tile unit of recent Intel processors (AMX), or
/// else the pair products of AVX512-BF16. Their kernels are written here byte by byte.
/// </summary>
internal static unsafe class Bf16Unit
{
    /// <summary>Rows and columns that a kernel computes.</summary>
    public const int Side = PanelKernels.Side;

    /// <summary>Depth of one step of a kernel.</summary>
    public const int Depth = 32;

    /// <summary>Bytes of a step of one panel: two tiles of 16 rows of 64 bytes.</summary>
    public const int StepBytes = PanelKernels.StepBytes;

    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void> s_start;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void> s_continue;

    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long*, long, void> s_startWindows;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long*, long, void> s_continueWindows;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long, long, void> s_startPairs;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long, long, void> s_continuePairs;

#pragma warning disable CA1810 // what is found out together is set together
    static Bf16Unit()
#pragma warning restore CA1810
    {
        HasTiles = TileUnit.MultipliesPairs;
        if (!HasTiles && !PairProductsArePresent())
            return;
        s_start = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void>)Kernel(fresh: true);
        s_continue = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void>)Kernel(fresh: false);
        IsSupported = s_start != null && s_continue != null;
        if (!HasTiles)
            return;
        s_startWindows = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long*, long, void>)ExecutableMemory.Of(PanelKernels.Windows(fresh: true));
        s_continueWindows = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long*, long, void>)ExecutableMemory.Of(PanelKernels.Windows(fresh: false));
        s_startPairs = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long, long, void>)ExecutableMemory.Of(PanelKernels.Places(fresh: true));
        s_continuePairs = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, long, long, void>)ExecutableMemory.Of(PanelKernels.Places(fresh: false));
        HasTiles = s_startWindows != null && s_continueWindows != null && s_startPairs != null && s_continuePairs != null;
    }

    /// <summary>Whether products may be asked for.</summary>
    public static bool IsSupported { get; }

    /// <summary>Whether they run on tiles: then even convolutions with a quarter of the products are slower in float32.</summary>
    public static bool HasTiles { get; }

    /// <summary>Makes this thread ready; <see cref="Release"/> ends it. In between, the thread should not wait.</summary>
    public static void Configure() => TileUnit.Configure();

    /// <summary>Ends what <see cref="Configure"/> began.</summary>
    public static void Release() => TileUnit.Release();

    /// <summary>target [32, 32] = left [32, depth] right [depth, 32], to continue plus sums [32, 32].</summary>
    /// <param name="left">A panel of steps, each 32 rows of 32 bfloat16: rows 0..15, then 16..31.</param>
    /// <param name="right">A panel of steps, each 16 pairs of rows: columns 0..15 as pairs, then 16..31.</param>
    /// <param name="sums">Row by row.</param>
    /// <param name="steps">Depth in steps of <see cref="Depth"/>, from 1.</param>
    /// <param name="fresh">Whether the sums begin at zero.</param>
    /// <param name="target">Where the result goes; it may be the sums' own place.</param>
    /// <param name="stride">From one row of the target to the next, in elements.</param>
    public static void Multiply(byte* left, byte* right, float* sums, int steps, bool fresh, float* target, long stride)
    {
        if (fresh)
            s_start(left, right, sums, steps, target, stride * sizeof(float));
        else
            s_continue(left, right, sums, steps, target, stride * sizeof(float));
    }

    /// <summary>sums [32, 32] = left [32, depth] right [depth, 32], to continue plus what they are; with tiles only.</summary>
    /// <param name="left">Where the places count from.</param>
    /// <param name="places">For each step where the first 16 and where the second 16 rows lie, in bytes: 32 bfloat16 of each row.</param>
    /// <param name="stride">From one left row to the next, in bytes.</param>
    /// <param name="right">As <see cref="Multiply"/>'s.</param>
    /// <param name="sums">Row by row.</param>
    /// <param name="steps">Depth in steps of <see cref="Depth"/>, from 1.</param>
    /// <param name="fresh">Whether the sums begin at zero.</param>
    public static void MultiplyWindows(byte* left, long* places, long stride, byte* right, float* sums, int steps, bool fresh)
    {
        if (fresh)
            s_startWindows(left, right, sums, steps, places, stride);
        else
            s_continueWindows(left, right, sums, steps, places, stride);
    }

    /// <summary>sums [32, 32] = left [32, depth] right [depth, 32], to continue plus what they are; with tiles only.</summary>
    /// <param name="left">As <see cref="Multiply"/>'s.</param>
    /// <param name="right">The first of the rows of pairs, 32 pairs wide; the others follow evenly.</param>
    /// <param name="stride">From one row of pairs to the next, in bytes.</param>
    /// <param name="sums">Row by row.</param>
    /// <param name="steps">Depth in steps of <see cref="Depth"/>, from 1.</param>
    /// <param name="fresh">Whether the sums begin at zero.</param>
    public static void MultiplyPairs(byte* left, byte* right, long stride, float* sums, int steps, bool fresh)
    {
        if (fresh)
            s_startPairs(left, right, sums, steps, stride, Depth / 2 * stride);
        else
            s_continuePairs(left, right, sums, steps, stride, Depth / 2 * stride);
    }

    private static void* Kernel(bool fresh) => ExecutableMemory.Of(
        HasTiles ? PanelKernels.Tiles(PanelNumbers.Pairs, fresh) : PanelKernels.Vectors(PanelNumbers.Pairs, fresh));

    // Leaf 7, second part: AVX512-BF16.
    private static bool PairProductsArePresent() =>
        TileUnit.CodeIsAllowed && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
}
