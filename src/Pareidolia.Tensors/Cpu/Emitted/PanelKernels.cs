namespace Pareidolia.Tensors.Cpu.Emitted;

/// <summary>What four bytes of a panel are, and what a product of them adds up in.</summary>
internal enum PanelNumbers
{
    /// <summary>Two bfloat16, in float32.</summary>
    Pairs,

    /// <summary>Four bytes, unsigned on the left and signed on the right, in integers of 32 bits.</summary>
    Bytes,
}

/// <summary>
/// The kernels of <see cref="Bf16Unit"/> and <see cref="ByteUnit"/>, as bytes: they differ in the instruction that multiplies. They are called as C functions are
/// on Linux: rdi = left panel, rsi = right panel, rdx = sums, rcx = steps, r8 = target, r9 = bytes from one row of the target to the next.
/// </summary>
internal static class PanelKernels
{
    /// <summary>Rows and columns that a kernel computes.</summary>
    public const int Side = 32;

    /// <summary>Bytes of a step of one panel: two tiles of 16 rows of 64 bytes.</summary>
    public const int StepBytes = 2048;

    private const int TileBytes = 1024, TileRow = 64, TileRows = 16;
    private const int SumRowBytes = Side * sizeof(float);
    private const int VectorBytes = 64, PlaceBytes = 4;

    /// <summary>Tiles 0..3 are the sums, 4 and 5 the left rows, 6 and 7 the right columns.</summary>
    public static byte[] Tiles(PanelNumbers numbers, bool fresh)
    {
        MachineCode code = new();
        BeginSums(code, fresh);
        int step = code.Here;
        for (int i = 0; i < 2; i++)
            code.LoadTile(4 + i, Register.Rdi, i * TileBytes);
        MultiplyStep(code, numbers);
        code.Add(Register.Rdi, StepBytes);
        code.Loop(Register.Rcx, step);
        code.Copy(Register.Rax, Register.R9);
        code.StoreTile(0, Register.R8, 0);
        code.StoreTile(1, Register.R8, VectorBytes);
        code.ShiftLeft(Register.R9, 4);
        code.Add(Register.R8, Register.R9);
        code.StoreTile(2, Register.R8, 0);
        code.StoreTile(3, Register.R8, VectorBytes);
        code.Return();
        return code.Bytes;
    }

    /// <summary>
    /// As <see cref="Tiles"/>, with left rows that lie apart: rdi = where offsets count from, r8 = two offsets for each step, of its first and its second 16 rows,
    /// r9 = bytes from one row to the next. The sums are the target.
    /// </summary>
    public static byte[] Windows(bool fresh)
    {
        MachineCode code = new();
        BeginSums(code, fresh);
        int step = code.Here;
        for (int i = 0; i < 2; i++)
        {
            code.Load(Register.R10, Register.R8, i * sizeof(long));
            code.Add(Register.R10, Register.Rdi);
            code.LoadTile(4 + i, Register.R10, 0, Register.R9);
        }
        MultiplyStep(code, PanelNumbers.Pairs);
        code.Add(Register.R8, 2 * sizeof(long));
        code.Loop(Register.Rcx, step);
        return EndSums(code);
    }

    /// <summary>
    /// As <see cref="Tiles"/>, with right rows that lie apart: r8 = bytes from one row of pairs to the next, r9 = bytes from one step to the next. The sums are
    /// the target.
    /// </summary>
    public static byte[] Places(bool fresh)
    {
        MachineCode code = new();
        BeginSums(code, fresh);
        int step = code.Here;
        for (int i = 0; i < 2; i++)
        {
            code.LoadTile(4 + i, Register.Rdi, i * TileBytes);
            code.LoadTile(6 + i, Register.Rsi, i * TileRow, Register.R8);
        }
        MultiplyTiles(code, PanelNumbers.Pairs, Register.Rdi);
        code.Add(Register.Rdi, StepBytes);
        code.Add(Register.Rsi, Register.R9);
        code.Loop(Register.Rcx, step);
        return EndSums(code);
    }

    private static int SumPlace(int tile) => (tile / 2 * TileRows * SumRowBytes) + (tile % 2 * VectorBytes);

    private static void BeginSums(MachineCode code, bool fresh)
    {
        code.Set(Register.Rax, SumRowBytes);
        for (int tile = 0; tile < 4; tile++)
            if (fresh)
                code.ZeroTile(tile);
            else
                code.LoadTile(tile, Register.Rdx, SumPlace(tile));
        code.Set(Register.Rax, TileRow);
    }

    // The left rows are there; the right columns come.
    private static void MultiplyStep(MachineCode code, PanelNumbers numbers)
    {
        for (int i = 0; i < 2; i++)
            code.LoadTile(6 + i, Register.Rsi, i * TileBytes);
        MultiplyTiles(code, numbers, Register.Rsi);
        code.Add(Register.Rsi, StepBytes);
    }

    // The next step's part of a side comes from the second cache meanwhile.
    private static void MultiplyTiles(MachineCode code, PanelNumbers numbers, Register side)
    {
        for (int tile = 0; tile < 4; tile++)
        {
            for (int line = 0; line < StepBytes / 4; line += VectorBytes)
                code.Prefetch(side, StepBytes + (tile * StepBytes / 4) + line);
            code.MultiplyTiles(numbers, tile, 4 + (tile / 2), 6 + (tile % 2));
        }
    }

    private static byte[] EndSums(MachineCode code)
    {
        code.Set(Register.Rax, SumRowBytes);
        for (int tile = 0; tile < 4; tile++)
            code.StoreTile(tile, Register.Rdx, SumPlace(tile));
        code.Return();
        return code.Bytes;
    }

    /// <summary>Twelve, twelve and eight rows, one group after the other, because 24 sums fit into the registers.</summary>
    public static byte[] Vectors(PanelNumbers numbers, bool fresh)
    {
        const int Rows = 12;
        MachineCode code = new();
        for (int row = 0; row < Side; row += Rows)
            VectorRows(code, numbers, row, Math.Min(Rows, Side - row), fresh);
        code.ForgetUpperHalves();
        code.Return();
        return code.Bytes;
    }

    // Registers 0..23 are the sums, 24 and 25 places of the right panel, 26 and 27 of the left; rax and r11 walk the panels, r10 counts the steps.
    private static void VectorRows(MachineCode code, PanelNumbers numbers, int first, int rows, bool fresh)
    {
        for (int sum = 0; sum < 2 * rows; sum++)
            if (fresh)
                code.ZeroVector(sum);
            else
                code.LoadVector(sum, Register.Rdx, ((first + (sum / 2)) * SumRowBytes) + (sum % 2 * VectorBytes));
        code.Copy(Register.Rax, Register.Rdi);
        code.Copy(Register.R11, Register.Rsi);
        code.Copy(Register.R10, Register.Rcx);
        int step = code.Here;
        for (int place = 0; place < TileRow / PlaceBytes; place++)
            VectorPlace(code, numbers, first, rows, place);
        code.Add(Register.Rax, StepBytes);
        code.Add(Register.R11, StepBytes);
        code.Loop(Register.R10, step);
        for (int row = 0; row < rows; row++)
        {
            code.StoreVector(2 * row, Register.R8, 0);
            code.StoreVector((2 * row) + 1, Register.R8, VectorBytes);
            code.Add(Register.R8, Register.R9);
        }
    }

    private static void VectorPlace(MachineCode code, PanelNumbers numbers, int first, int rows, int place)
    {
        const int Right = 24, Left = 26;
        code.LoadVector(Right, Register.R11, place * VectorBytes);
        code.LoadVector(Right + 1, Register.R11, TileBytes + (place * VectorBytes));
        for (int row = 0; row < rows; row++)
        {
            int left = Left + (row % 2), at = first + row;
            code.BroadcastVector(left, Register.Rax, (at / TileRows * TileBytes) + (at % TileRows * TileRow) + (place * PlaceBytes));
            code.MultiplyPlaces(numbers, 2 * row, left, Right);
            code.MultiplyPlaces(numbers, (2 * row) + 1, left, Right + 1);
        }
    }
}
