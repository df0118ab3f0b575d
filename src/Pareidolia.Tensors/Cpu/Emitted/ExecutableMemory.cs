using System.Runtime.InteropServices;

namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>
/// Memory that holds machine code: written first, made executable afterwards, never both at once. It lives as long as the process.
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int ReadWrite = 3;        // PROT_READ | PROT_WRITE
    private const int ReadExecute = 5;      // PROT_READ | PROT_EXEC
    private const int PrivateAnonymous = 0x22;
    private const uint Commit = 0x3000;     // MEM_COMMIT | MEM_RESERVE
    private const uint PageReadWrite = 0x04;
    private const uint PageExecuteRead = 0x20;

    /// <summary>A place that holds <paramref name="code"/> and may be called; null where the system refuses.</summary>
    public static void* Of(ReadOnlySpan<byte> code)
    {
        if (OperatingSystem.IsWindows())
            return OnWindows(code);
        return OperatingSystem.IsLinux() ? OnLinux(code) : null;
    }

    private static void* OnLinux(ReadOnlySpan<byte> code)
    {
        nuint length = (nuint)code.Length;
        nint memory = Map(0, length, ReadWrite, PrivateAnonymous, -1, 0);
        if (memory == -1)
            return null;
        code.CopyTo(new Span<byte>((void*)memory, code.Length));
        return Protect(memory, length, ReadExecute) == 0 ? (void*)memory : null;
    }

    private static void* OnWindows(ReadOnlySpan<byte> code)
    {
        void* memory = VirtualAlloc(null, (nuint)code.Length, Commit, PageReadWrite);
        if (memory == null)
            return null;
        code.CopyTo(new Span<byte>(memory, code.Length));
        return VirtualProtect(memory, (nuint)code.Length, PageExecuteRead, out _) != 0 ? memory : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("kernel32")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint former);
}
