namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>
/// Writes the few x86-64 instructions that the tile kernels are made of. Encodings: Intel 64 and IA-32 Architectures Software Developer's Manual,
/// volume 2; every one of them is a VEX.128.0F38.W0 instruction.
/// </summary>
internal sealed class TileCode
{
    // Values of the VEX prefix's pp field.
    private const byte None = 0, PF3 = 2, PF2 = 3;

    private readonly List<byte> _bytes = [];

    /// <summary>General registers that kernels use, by their numbers.</summary>
    public enum Register : byte
    {
        Rax = 0,
        Rcx = 1,
        Rdx = 2,
        Rsi = 6,
        Rdi = 7,
        R8 = 8,
    }

    public byte[] Bytes => [.. _bytes];

    /// <summary>Where the next instruction begins.</summary>
    public int Here => _bytes.Count;

    /// <summary>ldtilecfg [address]</summary>
    public void LoadConfiguration(Register address)
    {
        Vex(None, 0x49);
        _bytes.Add((byte)address);
    }

    /// <summary>tilerelease</summary>
    public void Release() => Vex(None, 0x49, 0xC0);

    /// <summary>tilezero tile</summary>
    public void Zero(int tile) => Vex(PF2, 0x49, (byte)(0xC0 | (tile << 3)));

    /// <summary>tileloadd tile, [address + offset], rows rax bytes apart</summary>
    public void Load(int tile, Register address, int offset) => Memory(PF2, tile, address, offset);

    /// <summary>tilestored [address + offset], tile, rows rax bytes apart</summary>
    public void Store(int tile, Register address, int offset) => Memory(PF3, tile, address, offset);

    /// <summary>tdpbf16ps sum, left, right: sum [16, 16] += left [16, 32] right [32, 16].</summary>
    public void MultiplyAdd(int sum, int left, int right)
    {
        _bytes.AddRange([0xC4, 0xE2, (byte)((~right & 15) << 3 | PF3), 0x5C]);
        _bytes.Add((byte)(0xC0 | (sum << 3) | left));
    }

    /// <summary>mov eax, value</summary>
    public void SetRax(int value)
    {
        _bytes.Add(0xB8);
        _bytes.AddRange(BitConverter.GetBytes(value));
    }

    /// <summary>mov rax, r9</summary>
    public void SetRaxToR9() => _bytes.AddRange([0x4C, 0x89, 0xC8]);

    /// <summary>shl r9, bits</summary>
    public void ShiftR9(byte bits) => _bytes.AddRange([0x49, 0xC1, 0xE1, bits]);

    /// <summary>add r8, r9</summary>
    public void AddR9ToR8() => _bytes.AddRange([0x4D, 0x01, 0xC8]);

    /// <summary>add register, value</summary>
    public void Add(Register register, int value)
    {
        _bytes.AddRange([0x48, 0x81, (byte)(0xC0 | (byte)register)]);
        _bytes.AddRange(BitConverter.GetBytes(value));
    }

    /// <summary>dec rcx; jnz target</summary>
    public void Loop(int target)
    {
        _bytes.AddRange([0x48, 0xFF, 0xC9, 0x0F, 0x85]);
        _bytes.AddRange(BitConverter.GetBytes(target - (Here + sizeof(int))));
    }

    /// <summary>ret</summary>
    public void Return() => _bytes.Add(0xC3);

    private void Memory(byte prefix, int tile, Register address, int offset)
    {
        // [address + rax * 1 + offset]; the upper eight registers clear a bit of the prefix.
        byte upper = (byte)(address >= Register.R8 ? 0x20 : 0);
        _bytes.AddRange([0xC4, (byte)(0xE2 & ~upper), (byte)(0x78 | prefix), 0x4B]);
        _bytes.AddRange([(byte)(0x84 | (tile << 3)), (byte)((byte)address & 7)]);
        _bytes.AddRange(BitConverter.GetBytes(offset));
    }

    private void Vex(byte prefix, params ReadOnlySpan<byte> rest)
    {
        _bytes.AddRange([0xC4, 0xE2, (byte)(0x78 | prefix)]);
        _bytes.AddRange(rest);
    }
}
