using System.Runtime.InteropServices;

namespace Pareidolia.Tensors.Cpu;

/// <summary>The work buffers of one thread, kept from call to call. They end with their thread.</summary>
internal sealed unsafe class Scratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static Scratch? s_mine;

    private readonly nint[] _addresses = new nint[(int)Slot.Count];
    private readonly long[] _lengths = new long[(int)Slot.Count];

    ~Scratch()
    {
        foreach (nint address in _addresses)
            NativeMemory.AlignedFree((void*)address);
    }

    /// <summary>What a buffer is for; one thread uses each for one thing at a time.</summary>
    public enum Slot
    {
        /// <summary>One panel of the left matrix.</summary>
        Left,

        /// <summary>All panels of the left matrix, that the tasks of a product read.</summary>
        SharedLeft,

        /// <summary>Panels of the right matrix, of a task.</summary>
        Right,

        /// <summary>Panels of the right matrix, that all tasks of a product read.</summary>
        SharedRight,

        /// <summary>Partial products that are added up at the end.</summary>
        Partial,

        /// <summary>Transformed windows of a convolution.</summary>
        Windows,

        /// <summary>Their products.</summary>
        Sums,

        /// <summary>Taps of kernels that are about to be transformed.</summary>
        Taps,

        /// <summary>A block of queries, their sums and scores.</summary>
        Attention,

        /// <summary>Panels of bfloat16 that all tasks of a product read.</summary>
        SharedHalf,

        /// <summary>A panel of bfloat16 of a task.</summary>
        OwnHalf,

        Count,
    }

    /// <summary>At least so many floats, holding anything, 64-byte aligned; valid until this thread asks for the slot again.</summary>
    public static float* Floats(Slot slot, long count)
    {
        Scratch mine = s_mine ??= new Scratch();
        ref long length = ref mine._lengths[(int)slot];
        ref nint address = ref mine._addresses[(int)slot];
        if (length < count)
        {
            NativeMemory.AlignedFree((void*)address);
            length = 0;
            address = (nint)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Alignment);
            length = count;
        }
        return (float*)address;
    }
}
