using System.Runtime.InteropServices;

namespace Pareidolia.Tensors;

/// <summary>Native memory, 64-byte aligned.</summary>
internal static unsafe partial class NativeHeap
{
    private const int Alignment = 64;

    // glibc's option, and the size from which a block is a mapping of its own.
    private const int MappingThreshold = -3;
    private const int MappedBytes = 1 << 20;

    static NativeHeap() => ReturnLargeBlocks();

    public static nint Allocate(long bytes) => (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);

    public static void Free(nint address) => NativeMemory.AlignedFree((void*)address);

    // glibc learns from what is freed to keep blocks of up to 32 MB for itself, where the pool's books do not see them: large ones shall go back.
    private static void ReturnLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MappingThreshold, MappedBytes);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library, whose large blocks are mappings anyway.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
