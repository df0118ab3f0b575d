namespace Pareidolia.Tensors.Cpu.Emitted;

// Instructions of the tile unit (AMX): all are VEX.128.0F38.W0.
internal sealed partial class MachineCode
{
    // Values of the prefix's field pp.
    private const byte None = 0, P66 = 1, PF3 = 2, PF2 = 3;

    /// <summary>ldtilecfg [address]</summary>
    public void LoadTileConfiguration(Register address) => Vex(None, 0x49, Low(address));

    /// <summary>tilerelease</summary>
    public void ReleaseTiles() => Vex(None, 0x49, 0xC0);

    /// <summary>tilezero tile</summary>
    public void ZeroTile(int tile) => Vex(PF2, 0x49, (byte)(0xC0 | (tile << 3)));

    /// <summary>tileloadd tile, [address + offset], rows <paramref name="stride"/> bytes apart</summary>
    public void LoadTile(int tile, Register address, int offset, Register stride = Register.Rax) => TileMemory(PF2, tile, address, offset, stride);

    /// <summary>tilestored [address + offset], tile, rows rax bytes apart</summary>
    public void StoreTile(int tile, Register address, int offset) => TileMemory(PF3, tile, address, offset, Register.Rax);

    /// <summary>tdpbf16ps or tdpbusd sum, left, right: sum [16, 16] += left [16, 32 or 64] right [32 or 64, 16].</summary>
    public void MultiplyTiles(PanelNumbers numbers, int sum, int left, int right)
    {
        (byte prefix, byte opcode) = numbers == PanelNumbers.Pairs ? (PF3, (byte)0x5C) : (P66, (byte)0x5E);
        _bytes.AddRange([0xC4, 0xE2, (byte)(((~right & 15) << 3) | prefix), opcode, (byte)(0xC0 | (sum << 3) | left)]);
    }

    // [address + stride * 1 + offset]; an upper register clears a bit of the prefix.
    private void TileMemory(byte prefix, int tile, Register address, int offset, Register stride)
    {
        byte second = (byte)(0xE2 & ~(address >= Register.R8 ? 0x20 : 0) & ~(stride >= Register.R8 ? 0x40 : 0));
        _bytes.AddRange([0xC4, second, (byte)(0x78 | prefix), 0x4B, (byte)(0x84 | (tile << 3)), (byte)((Low(stride) << 3) | Low(address))]);
        _bytes.AddRange(BitConverter.GetBytes(offset));
    }

    private void Vex(byte prefix, byte opcode, byte operands) => _bytes.AddRange([0xC4, 0xE2, (byte)(0x78 | prefix), opcode, operands]);
}
