namespace Pareidolia.Tensors.Cpu.Emitted;

// Instructions on registers of 512 bits, 0 to 31: all are EVEX.512.W0.
internal sealed partial class MachineCode
{
    // Values of the prefix's field mmm.
    private const byte Map0F = 1, Map0F38 = 2;

    /// <summary>vmovups vector, [address + offset]</summary>
    public void LoadVector(int vector, Register address, int offset) => VectorMemory(Map0F, None, 0x10, vector, address, offset);

    /// <summary>vmovups [address + offset], vector</summary>
    public void StoreVector(int vector, Register address, int offset) => VectorMemory(Map0F, None, 0x11, vector, address, offset);

    /// <summary>vpbroadcastd vector, [address + offset]: four bytes, sixteen times.</summary>
    public void BroadcastVector(int vector, Register address, int offset) => VectorMemory(Map0F38, P66, 0x58, vector, address, offset);

    /// <summary>vpxord vector, vector, vector</summary>
    public void ZeroVector(int vector) => VectorRegisters(Map0F, P66, 0xEF, vector, vector, vector);

    /// <summary>vdpbf16ps or vpdpbusd sum, left, right: each of 16 sums gains the products of two bfloat16, or of four bytes.</summary>
    public void MultiplyPlaces(PanelNumbers numbers, int sum, int left, int right)
    {
        (byte prefix, byte opcode) = numbers == PanelNumbers.Pairs ? (PF3, (byte)0x52) : (P66, (byte)0x50);
        VectorRegisters(Map0F38, prefix, opcode, sum, left, right);
    }

    /// <summary>vzeroupper</summary>
    public void ForgetUpperHalves() => _bytes.AddRange([0xC5, 0xF8, 0x77]);

    private void VectorMemory(byte map, byte prefix, byte opcode, int vector, Register address, int offset)
    {
        Evex(map, prefix, vector, 0, rm: (int)address & 8);
        _bytes.AddRange([opcode, (byte)(0x80 | ((vector & 7) << 3) | Low(address))]);
        _bytes.AddRange(BitConverter.GetBytes(offset));
    }

    private void VectorRegisters(byte map, byte prefix, byte opcode, int to, int left, int right)
    {
        Evex(map, prefix, to, left, right);
        _bytes.AddRange([opcode, (byte)(0xC0 | ((to & 7) << 3) | (right & 7))]);
    }

    // Bits 3 and 4 of the register numbers stand in the prefix, inverted; of rm they are called B and X.
    private void Evex(byte map, byte prefix, int reg, int second, int rm)
    {
        int high = (~reg & 8) << 4 | (~reg & 16) | (~rm & 16) << 2 | (~rm & 8) << 2;
        _bytes.AddRange([0x62, (byte)(high | map), (byte)((~second & 15) << 3 | 4 | prefix), (byte)(0x40 | (~second & 16) >> 1)]);
    }
}
