using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Cpu.Emitted;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Weights [n, k] of <see cref="DType.BF16Panels"/> as the right matrix [k, n] of a product: for products of bfloat16 they are packed already.</summary>
/// <param name="start">The first panel.</param>
/// <param name="k">Depth of the whole matrix.</param>
internal readonly unsafe struct PanelColumns(nint start, int k) : IRight
{
    // Columns that are widened at once; tiles of every machine are whole numbers of them.
    private const int Width = 4;

    private byte* First => (byte*)start;

    /// <summary>The panels of a right matrix that lies so; null of any other.</summary>
    public static byte* Packed<B>(in B right)
        where B : struct, IRight => right is PanelColumns panels ? panels.First : null;

    public void Pack(int column, int columns, int first, int depth, float* panel)
    {
        for (int i = first; i < first + depth; i++, panel += Tile.Columns)
            for (int c = 0; c < columns; c += Width)
                Widen((uint*)start + (DTypes.PanelPlace(column + c, i, k) / 2), i % 2 == 1, panel + c);
    }

    public Lying At(int column, int first) => default;

    // Four of one depth out of pairs: the second of a pair is a float but for what stands below it.
    private static void Widen(uint* pairs, bool second, float* to)
    {
        Vector128<uint> all = Vector128.Load(pairs);
        (second ? all & Vector128.Create(0xFFFF0000u) : all << 16).Store((uint*)to);
    }
}

/// <summary>x (floats, [n, k]) becomes panels. One task: one panel.</summary>
internal readonly unsafe struct PackPanels(Operand x, Operand y) : IWork
{
    public void Run(int task)
    {
        int k = checked((int)(x.Count / x.Shape[0])), column = task * Bf16Unit.Side;
        float* scratch = Scratch.Floats(Scratch.Slot.Right, (Bf16Unit.Depth + 1) * Tile.MaxColumns);
        RightColumns weights = new(x.Pointer, k);
        byte* to = (byte*)y.Address + ((long)column * k * sizeof(ushort));
        for (int depth = 0; depth < k; depth += Bf16Unit.Depth, to += Bf16Unit.StepBytes)
            Bf16.Step(weights, column, Bf16Unit.Side, depth, Bf16Unit.Depth, scratch, to);
    }
}
