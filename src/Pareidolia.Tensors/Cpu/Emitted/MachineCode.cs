namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>General registers, by their numbers.</summary>
internal enum Register : byte
{
    Rax = 0,
    Rcx = 1,
    Rdx = 2,
    Rsi = 6,
    Rdi = 7,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
}

/// <summary>
/// Writes the few x86-64 instructions that our kernels are made of. Encodings: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
/// </summary>
internal sealed partial class MachineCode
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    /// <summary>Where the next instruction begins.</summary>
    public int Here => _bytes.Count;

    /// <summary>mov register, value</summary>
    public void Set(Register register, int value) => Wide(0, register, 0xC7, [(byte)(0xC0 | Low(register)), .. BitConverter.GetBytes(value)]);

    /// <summary>mov to, from</summary>
    public void Copy(Register to, Register from) => Wide(from, to, 0x89, [Pair(from, to)]);

    /// <summary>mov to, [address + offset]</summary>
    public void Load(Register to, Register address, int offset) =>
        Wide(to, address, 0x8B, [(byte)(0x80 | (Low(to) << 3) | Low(address)), .. BitConverter.GetBytes(offset)]);

    /// <summary>add register, value</summary>
    public void Add(Register register, int value) => Wide(0, register, 0x81, [(byte)(0xC0 | Low(register)), .. BitConverter.GetBytes(value)]);

    /// <summary>add to, from</summary>
    public void Add(Register to, Register from) => Wide(from, to, 0x01, [Pair(from, to)]);

    /// <summary>shl register, bits</summary>
    public void ShiftLeft(Register register, byte bits) => Wide(0, register, 0xC1, [(byte)(0xE0 | Low(register)), bits]);

    /// <summary>dec counter; jnz target</summary>
    public void Loop(Register counter, int target)
    {
        Wide(0, counter, 0xFF, [(byte)(0xC8 | Low(counter))]);
        _bytes.AddRange([0x0F, 0x85]);
        _bytes.AddRange(BitConverter.GetBytes(target - (Here + sizeof(int))));
    }

    /// <summary>prefetcht0 [address + offset], of the lower eight registers</summary>
    public void Prefetch(Register address, int offset)
    {
        _bytes.AddRange([0x0F, 0x18, (byte)(0x88 | Low(address))]);
        _bytes.AddRange(BitConverter.GetBytes(offset));
    }

    /// <summary>ret</summary>
    public void Return() => _bytes.Add(0xC3);

    private static byte Low(Register register) => (byte)((byte)register & 7);

    private static byte Pair(Register reg, Register rm) => (byte)(0xC0 | (Low(reg) << 3) | Low(rm));

    // REX.W, and its bits for the upper eight registers.
    private void Wide(Register reg, Register rm, byte opcode, params ReadOnlySpan<byte> rest)
    {
        _bytes.AddRange([(byte)(0x48 | (reg >= Register.R8 ? 4 : 0) | (rm >= Register.R8 ? 1 : 0)), opcode]);
        _bytes.AddRange(rest);
    }
}
