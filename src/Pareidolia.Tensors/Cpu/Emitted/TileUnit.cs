using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>
/// The tile unit of recent Intel processors (AMX): products of bfloat16 tiles [16, 32] and [32, 16] with float32 sums, some ten times as fast as
/// float32 in registers. .NET has no intrinsics for it, so its kernels are written here byte by byte. Linux alone hands the unit out on request; where
/// there is none, or PAREIDOLIA_EMITTED=0 says so, <see cref="IsSupported"/> is false and products stay in float32.
/// </summary>
internal static unsafe partial class TileUnit
{
    /// <summary>Rows and columns of the sums that a kernel keeps in tiles.</summary>
    public const int Side = 32;

    /// <summary>Depth of one tile.</summary>
    public const int Depth = 32;

    /// <summary>Bytes of a step of <see cref="Depth"/> of one panel: two tiles of 16 rows of 64 bytes.</summary>
    public const int StepBytes = 2 * TileBytes;

    private const string Variable = "PAREIDOLIA_EMITTED";
    private const int TileBytes = 1024;
    private const int SumRowBytes = Side * sizeof(float);

    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, void> s_configure;
    private static readonly delegate* unmanaged[SuppressGCTransition]<void> s_release;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void> s_start;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void> s_continue;
    private static readonly byte* s_configuration;

#pragma warning disable CA1810 // fields of one piece of memory belong together
    static TileUnit()
#pragma warning restore CA1810
    {
        if (Environment.GetEnvironmentVariable(Variable) == "0" || !IsPresent() || RequestPermission() != 0)
            return;
        TileCode configure = new(), release = new();
        configure.LoadConfiguration(TileCode.Register.Rdi);
        configure.Return();
        release.Release();
        release.Return();
        s_configure = (delegate* unmanaged[SuppressGCTransition]<byte*, void>)ExecutableMemory.Of(configure.Bytes);
        s_release = (delegate* unmanaged[SuppressGCTransition]<void>)ExecutableMemory.Of(release.Bytes);
        s_start = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void>)ExecutableMemory.Of(Product(fresh: true));
        s_continue = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, float*, long, float*, long, void>)ExecutableMemory.Of(Product(fresh: false));
        s_configuration = Configuration();
        IsSupported = s_configure != null && s_release != null && s_start != null && s_continue != null;
    }

    /// <summary>Whether products may be asked for.</summary>
    public static bool IsSupported { get; }

    /// <summary>Makes the tiles of this thread ready; <see cref="Release"/> gives them back. In between, nothing of the thread may wait long.</summary>
    public static void Configure() => s_configure(s_configuration);

    /// <summary>Ends what <see cref="Configure"/> began.</summary>
    public static void Release() => s_release();

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

    // rdi = left, rsi = right, rdx = sums, rcx = steps, r8 = target, r9 = bytes of its rows; tiles 0..3 are the sums, 4 and 5 the left rows, 6 and 7 the right columns.
    private static byte[] Product(bool fresh)
    {
        TileCode code = new();
        code.SetRax(SumRowBytes);
        for (int tile = 0; tile < 4; tile++)
            if (fresh)
                code.Zero(tile);
            else
                code.Load(tile, TileCode.Register.Rdx, SumOffset(tile));
        code.SetRax(64);
        int loop = code.Here;
        for (int i = 0; i < 2; i++)
        {
            code.Load(4 + i, TileCode.Register.Rdi, i * TileBytes);
            code.Load(6 + i, TileCode.Register.Rsi, i * TileBytes);
        }
        for (int tile = 0; tile < 4; tile++)
            code.MultiplyAdd(tile, 4 + (tile / 2), 6 + (tile % 2));
        code.Add(TileCode.Register.Rdi, StepBytes);
        code.Add(TileCode.Register.Rsi, StepBytes);
        code.Loop(loop);
        code.SetRaxToR9();
        for (int column = 0; column < 2; column++)
            code.Store(column, TileCode.Register.R8, column * 16 * sizeof(float));
        code.ShiftR9(4);
        code.AddR9ToR8();
        for (int column = 0; column < 2; column++)
            code.Store(2 + column, TileCode.Register.R8, column * 16 * sizeof(float));
        code.Return();
        return code.Bytes;
    }

    private static int SumOffset(int tile) => (tile / 2 * 16 * SumRowBytes) + (tile % 2 * 16 * sizeof(float));

    // Palette 1; all eight tiles have 16 rows of 64 bytes.
    private static byte* Configuration()
    {
        byte* made = (byte*)NativeMemory.AlignedAlloc(64, 64);
        new Span<byte>(made, 64).Clear();
        made[0] = 1;
        for (int tile = 0; tile < 8; tile++)
        {
            made[16 + (2 * tile)] = 64;
            made[48 + tile] = 16;
        }
        return made;
    }

    // Leaf 7: AMX-BF16 and AMX-TILE. The panels' layouts follow from registers of 512 bits.
    private static bool IsPresent()
    {
        if (!OperatingSystem.IsLinux() || !X86Base.X64.IsSupported || !Vector512.IsHardwareAccelerated || X86Base.CpuId(0, 0).Eax < 7)
            return false;
        int features = X86Base.CpuId(7, 0).Edx;
        return (features & (1 << 22)) != 0 && (features & (1 << 24)) != 0;
    }

    // arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA): zero where the process may use the tiles.
    private static long RequestPermission() => SystemCall(158, 0x1023, 18);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long first, long second);
}
