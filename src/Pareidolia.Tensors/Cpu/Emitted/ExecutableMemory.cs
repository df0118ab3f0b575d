using System.Runtime.InteropServices;

namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>
/// Memory that holds machine code: written first, made executable afterwards, never both at once. It lives as long as the process. Linux only.
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int ReadWrite = 3;        // PROT_READ | PROT_WRITE
    private const int ReadExecute = 5;      // PROT_READ | PROT_EXEC
    private const int PrivateAnonymous = 0x22;

    /// <summary>A place that holds <paramref name="code"/> and may be called; null where the system refuses.</summary>
    public static void* Of(ReadOnlySpan<byte> code)
    {
        nuint length = (nuint)code.Length;
        nint memory = Map(0, length, ReadWrite, PrivateAnonymous, -1, 0);
        if (memory == -1)
            return null;
        code.CopyTo(new Span<byte>((void*)memory, code.Length));
        return Protect(memory, length, ReadExecute) == 0 ? (void*)memory : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);
}
