using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>A number that the compiler sees through.</summary>
internal interface INumber
{
    static abstract int Value { get; }
}

/// <summary>How a panel of the left matrix lies in memory: element (r, k) at r * RowStride + k * DepthStride.</summary>
internal interface IPanelLayout
{
    static abstract int RowStride { get; }
    static abstract int DepthStride { get; }
}

/// <summary>Where a kernel writes: its first row, the distance of rows in elements, and whether it adds to what is there.</summary>
internal unsafe struct TileTarget(float* row, nint stride, bool add)
{
    public float* Row = row;
    public readonly nint Stride = stride;
    public readonly bool Add = add;
}

/// <summary>
/// The inner kernel of every matrix product: a tile of up to 12 rows and two registers of columns stays in registers while k runs over the
/// depth of a block. The left panel is read one broadcast element at a time; the right panel is [depth, <see cref="Columns"/>].
/// Each element is one chain of fused multiply-adds in the order of k, so its bits do not depend on the width of the registers.
/// </summary>
internal static unsafe class Tile
{
    /// <summary>The largest depth of a block, and the row stride of left panels that are stored row by row.</summary>
    public const int MaxDepth = 384;

    /// <summary>The largest number of rows and columns on any machine.</summary>
    public const int MaxRows = 12;
    public const int MaxColumns = 32;

    /// <summary>Rows of a full tile: 24 sums fit into 32 registers, 12 into 16.</summary>
    public static int Rows => Vector512.IsHardwareAccelerated || AdvSimd.IsSupported ? MaxRows : MaxRows / 2;

    /// <summary>Columns of a full tile, and the row stride of right panels and of finished tiles.</summary>
    public static int Columns => 2 * Width;

    /// <summary>Floats of one register.</summary>
    public static int Width => Vector512.IsHardwareAccelerated ? Lanes512.Count : LanesNative.Count;

    /// <summary>target [rows, columns] = left panel times right panel, rows and columns rounded up to those of a kernel.</summary>
    [MethodImpl(Lanes.Inline)]
    public static void Multiply<L>(int rows, int columns, int depth, float* left, float* right, TileTarget target)
        where L : struct, IPanelLayout
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<Lanes512, L>(rows, columns, depth, left, right, target);
        else
            Multiply<LanesNative, L>(rows, columns, depth, left, right, target);
    }

    /// <summary>Whether a kernel has exactly these rows and columns, so that it may write where nothing else may be touched.</summary>
    public static bool Fits(int rows, int columns) =>
        (columns == Columns || columns == Width) && (rows is 4 or 8 or MaxRows || rows == Rows);

    [MethodImpl(Lanes.Inline)]
    private static void Multiply<V, L>(int rows, int columns, int depth, float* left, float* right, TileTarget target)
        where V : unmanaged, ILanes<V>
        where L : struct, IPanelLayout
    {
        if (columns > V.Count)
            Multiply<V, L, Two>(rows, depth, left, right, target);
        else
            Multiply<V, L, One>(rows, depth, left, right, target);
    }

    [MethodImpl(Lanes.Inline)]
    private static void Multiply<V, L, C>(int rows, int depth, float* left, float* right, TileTarget target)
        where V : unmanaged, ILanes<V>
        where L : struct, IPanelLayout
        where C : struct, INumber
    {
        if (rows > 8)
            Kernel<V, L, Twelve, C>(depth, left, right, target);
        else if (rows > 6)
            Kernel<V, L, Eight, C>(depth, left, right, target);
        else if (rows > 4)
            Kernel<V, L, Six, C>(depth, left, right, target);
        else
            Kernel<V, L, Four, C>(depth, left, right, target);
    }

    // Written out because only single variables stay in registers; the tests of R and C are resolved when the kernel is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Kernel<V, L, R, C>(int depth, float* a, float* b, TileTarget target)
        where V : unmanaged, ILanes<V>
        where L : struct, IPanelLayout
        where R : struct, INumber
        where C : struct, INumber
    {
        V r0 = V.Of(0), r1 = r0, r2 = r0, r3 = r0, r4 = r0, r5 = r0, r6 = r0, r7 = r0, r8 = r0, r9 = r0, r10 = r0, r11 = r0;
        V s0 = r0, s1 = r0, s2 = r0, s3 = r0, s4 = r0, s5 = r0, s6 = r0, s7 = r0, s8 = r0, s9 = r0, s10 = r0, s11 = r0;
        for (float* end = b + ((nint)depth * 2 * V.Count); b < end; b += 2 * V.Count, a += L.DepthStride)
        {
            V first = V.Load(b);
            V second = C.Value > 1 ? V.Load(b + V.Count) : first;
            Add<V, C>(a[0], first, second, ref r0, ref s0);
            Add<V, C>(a[1 * L.RowStride], first, second, ref r1, ref s1);
            Add<V, C>(a[2 * L.RowStride], first, second, ref r2, ref s2);
            Add<V, C>(a[3 * L.RowStride], first, second, ref r3, ref s3);
            if (R.Value > 4)
            {
                Add<V, C>(a[4 * L.RowStride], first, second, ref r4, ref s4);
                Add<V, C>(a[5 * L.RowStride], first, second, ref r5, ref s5);
            }
            if (R.Value > 6)
            {
                Add<V, C>(a[6 * L.RowStride], first, second, ref r6, ref s6);
                Add<V, C>(a[7 * L.RowStride], first, second, ref r7, ref s7);
            }
            if (R.Value > 8)
            {
                Add<V, C>(a[8 * L.RowStride], first, second, ref r8, ref s8);
                Add<V, C>(a[9 * L.RowStride], first, second, ref r9, ref s9);
                Add<V, C>(a[10 * L.RowStride], first, second, ref r10, ref s10);
                Add<V, C>(a[11 * L.RowStride], first, second, ref r11, ref s11);
            }
        }
        Store<V, C>(ref target, r0, s0);
        Store<V, C>(ref target, r1, s1);
        Store<V, C>(ref target, r2, s2);
        Store<V, C>(ref target, r3, s3);
        if (R.Value > 4)
        {
            Store<V, C>(ref target, r4, s4);
            Store<V, C>(ref target, r5, s5);
        }
        if (R.Value > 6)
        {
            Store<V, C>(ref target, r6, s6);
            Store<V, C>(ref target, r7, s7);
        }
        if (R.Value > 8)
        {
            Store<V, C>(ref target, r8, s8);
            Store<V, C>(ref target, r9, s9);
            Store<V, C>(ref target, r10, s10);
            Store<V, C>(ref target, r11, s11);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private static void Add<V, C>(float left, V first, V second, ref V r, ref V s)
        where V : unmanaged, ILanes<V>
        where C : struct, INumber
    {
        V all = V.Of(left);
        r = V.MulAdd(all, first, r);
        if (C.Value > 1)
            s = V.MulAdd(all, second, s);
    }

    [MethodImpl(Lanes.Inline)]
    private static void Store<V, C>(ref TileTarget target, V r, V s)
        where V : unmanaged, ILanes<V>
        where C : struct, INumber
    {
        float* row = target.Row;
        (target.Add ? r + V.Load(row) : r).Store(row);
        if (C.Value > 1)
            (target.Add ? s + V.Load(row + V.Count) : s).Store(row + V.Count);
        target.Row = row + target.Stride;
    }

    private readonly struct One : INumber
    {
        public static int Value => 1;
    }

    private readonly struct Two : INumber
    {
        public static int Value => 2;
    }

    private readonly struct Four : INumber
    {
        public static int Value => 4;
    }

    private readonly struct Six : INumber
    {
        public static int Value => 6;
    }

    private readonly struct Eight : INumber
    {
        public static int Value => 8;
    }

    private readonly struct Twelve : INumber
    {
        public static int Value => 12;
    }
}
