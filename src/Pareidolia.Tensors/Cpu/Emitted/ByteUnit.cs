using System.Runtime.Intrinsics.X86;

namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>
/// Products of bytes with sums of 32 bits, exact and so the same on every machine: on tiles (AMX), in registers of 512 bits (AVX512-VNNI), both by code of our own,
/// or else by what .NET has intrinsics for.
/// </summary>
internal static unsafe class ByteUnit
{
    /// <summary>Rows and columns that a kernel computes.</summary>
    public const int Side = PanelKernels.Side;

    /// <summary>Depth of one step of a kernel.</summary>
    public const int Depth = 64;

    /// <summary>Bytes of a step of one panel.</summary>
    public const int StepBytes = PanelKernels.StepBytes;

    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, int*, long, int*, long, void> s_start;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, int*, long, int*, long, void> s_continue;

#pragma warning disable CA1810 // what is found out together is set together
    static ByteUnit()
#pragma warning restore CA1810
    {
        HasTiles = TileUnit.MultipliesBytes;
        if (!HasTiles && !QuadProductsArePresent())
            return;
        s_start = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, int*, long, int*, long, void>)Kernel(fresh: true);
        s_continue = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, int*, long, int*, long, void>)Kernel(fresh: false);
        HasCode = s_start != null && s_continue != null;
    }

    /// <summary>Whether kernels of our own run, of one kind or the other.</summary>
    public static bool HasCode { get; }

    /// <summary>Whether they run on tiles.</summary>
    public static bool HasTiles { get; }

    /// <summary>sums [32, 32] = left [32, depth] right [depth, 32], to continue added to what they are. Tiles have to be configured.</summary>
    /// <param name="left">A panel of steps, each 32 rows of 64 bytes, unsigned: rows 0..15, then 16..31.</param>
    /// <param name="right">A panel of steps, each 16 times four rows, signed: columns 0..15 four by four, then 16..31.</param>
    /// <param name="sums">Row by row.</param>
    /// <param name="steps">Depth in steps of <see cref="Depth"/>, from 1.</param>
    /// <param name="fresh">Whether the sums begin at zero.</param>
    public static void Multiply(byte* left, byte* right, int* sums, int steps, bool fresh)
    {
        if (!HasCode)
            ByteProducts.Multiply(left, right, sums, steps, fresh);
        else if (fresh)
            s_start(left, right, sums, steps, sums, Side * sizeof(int));
        else
            s_continue(left, right, sums, steps, sums, Side * sizeof(int));
    }

    private static void* Kernel(bool fresh) => ExecutableMemory.Of(
        HasTiles ? PanelKernels.Tiles(PanelNumbers.Bytes, fresh) : PanelKernels.Vectors(PanelNumbers.Bytes, fresh));

    // Leaf 7: AVX512-VNNI.
    private static bool QuadProductsArePresent() => TileUnit.CodeIsAllowed && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
}
