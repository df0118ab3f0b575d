using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>
/// The tile unit of recent Intel processors (AMX), for kernels that are written byte by byte. Linux only; PAREIDOLIA_EMITTED=0 refuses all such kernels,
/// PAREIDOLIA_EMITTED=avx512 those of tiles.
/// </summary>
internal static unsafe partial class TileUnit
{
    private const string Variable = "PAREIDOLIA_EMITTED";

    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, void> s_configure;
    private static readonly delegate* unmanaged[SuppressGCTransition]<void> s_release;
    private static readonly byte* s_configuration;

#pragma warning disable CA1810 // what is found out together is set together
    static TileUnit()
#pragma warning restore CA1810
    {
        string? wanted = Environment.GetEnvironmentVariable(Variable);
        CodeIsAllowed = wanted != "0" && OperatingSystem.IsLinux() && X86Base.X64.IsSupported && Vector512.IsHardwareAccelerated && X86Base.CpuId(0, 0).Eax >= 7;
        if (!CodeIsAllowed || wanted == "avx512" || !Has(24) || Request() != 0)
            return;
        MachineCode configure = new(), release = new();
        configure.LoadTileConfiguration(Register.Rdi);
        configure.Return();
        release.ReleaseTiles();
        release.Return();
        s_configure = (delegate* unmanaged[SuppressGCTransition]<byte*, void>)ExecutableMemory.Of(configure.Bytes);
        s_release = (delegate* unmanaged[SuppressGCTransition]<void>)ExecutableMemory.Of(release.Bytes);
        s_configuration = Configuration();
        IsPresent = s_configure != null && s_release != null;
    }

    /// <summary>Whether code of our own may run at all.</summary>
    public static bool CodeIsAllowed { get; }

    /// <summary>Whether the processor has tiles and this process may use them.</summary>
    public static bool IsPresent { get; }

    /// <summary>Whether tiles multiply bfloat16.</summary>
    public static bool MultipliesPairs => IsPresent && Has(22);

    /// <summary>Whether tiles multiply bytes.</summary>
    public static bool MultipliesBytes => IsPresent && Has(25);

    /// <summary>Makes this thread ready; <see cref="Release"/> ends it. In between, the thread should not wait. Without tiles, nothing.</summary>
    public static void Configure()
    {
        if (IsPresent)
            s_configure(s_configuration);
    }

    /// <summary>Ends what <see cref="Configure"/> began.</summary>
    public static void Release()
    {
        if (IsPresent)
            s_release();
    }

    // Leaf 7.
    private static bool Has(int bit) => (X86Base.CpuId(7, 0).Edx & (1 << bit)) != 0;

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

    // arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA): zero where the process may use the tiles.
    private static long Request() => SystemCall(158, 0x1023, 18);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial long SystemCall(long number, long first, long second);
}
