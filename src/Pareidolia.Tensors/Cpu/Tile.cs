using System.Numerics;
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

/// <summary>Where the left rows of a kernel are.</summary>
internal unsafe interface ITileRows
{
    static abstract int DepthStride { get; }

    /// <summary>The first element of one run of a row.</summary>
    float* Start(int run, int row);
}

/// <summary>Where a kernel writes: its first row, the distance of rows in elements, and whether it adds to what is there.</summary>
internal unsafe struct TileTarget(float* row, nint stride, bool add)
{
    public float* Row = row;
    public readonly nint Stride = stride;
    public readonly bool Add = add;
}

/// <summary>
/// The inner kernel of every matrix product: a tile of up to 8 rows and three registers of columns stays in registers while k runs over the
/// depth of a block. The left panel is read one broadcast element at a time; the right panel is [depth, step], usually [depth, <see cref="Columns"/>]. This shape loads 11 registers for 24
/// products, which matters where two threads share a core.
/// Each element is one chain of fused multiply-adds in the order of k, so its bits do not depend on the width of the registers.
/// </summary>
internal static unsafe class Tile
{
    /// <summary>The largest depth of a block, and the row stride of left panels that are stored row by row.</summary>
    public const int MaxDepth = 384;

    /// <summary>The largest number of rows and columns on any machine.</summary>
    public const int MaxRows = 8;
    public const int MaxColumns = 48;

    private const int HalfRows = MaxRows / 2;

    /// <summary>Rows of a full tile: 24 sums fit into 32 registers, 12 into 16.</summary>
    public static int Rows => Vector512.IsHardwareAccelerated || AdvSimd.IsSupported ? MaxRows : HalfRows;

    /// <summary>Columns of a full tile, and the row stride of right panels and of finished tiles.</summary>
    public static int Columns => 3 * Width;

    /// <summary>Floats of one register.</summary>
    public static int Width => Vector512.IsHardwareAccelerated ? Register512.Count : RegisterNative.Count;

    /// <summary>
    /// target [rows, columns] = left panel times right panel, rows and columns rounded up to those of a kernel; a depth of the right panel lies
    /// <paramref name="step"/> floats behind the one before it.
    /// </summary>
    [MethodImpl(Lanes.Inline)]
    public static void Multiply<L>(int rows, int columns, int depth, float* left, float* right, int step, TileTarget target)
        where L : struct, IPanelLayout => Multiply(rows, columns, 1, depth, new PanelRows<L>(left), right, step, target);

    /// <summary>
    /// As above, of left rows that are read where they lie and a right panel of <see cref="Columns"/>. The depth is cut into runs of one length: starts [runs,
    /// <see cref="MaxRows"/>] says where those of each row lie, also for rows behind the last.
    /// </summary>
    [MethodImpl(Lanes.Inline)]
    public static void Multiply(int rows, int columns, int runs, int length, float** starts, float* right, TileTarget target) =>
        Multiply(rows, columns, runs, length, new RowRuns(starts), right, Columns, target);

    /// <summary>Whether a kernel has exactly these rows and columns, so that it may write where nothing else may be touched.</summary>
    public static bool Fits(int rows, int columns) => columns % Width == 0 && rows is HalfRows or MaxRows;

    [MethodImpl(Lanes.Inline)]
    private static void Multiply<L>(int rows, int columns, int runs, int length, L left, float* right, int step, TileTarget target)
        where L : struct, ITileRows
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<Register512, Vector512<float>, L>(rows, columns, runs, length, left, right, step, target);
        else
            Multiply<RegisterNative, Vector<float>, L>(rows, columns, runs, length, left, right, step, target);
    }

    [MethodImpl(Lanes.Inline)]
    private static void Multiply<V, T, L>(int rows, int columns, int runs, int length, L left, float* right, int step, TileTarget target)
        where V : struct, IRegister<T>
        where T : unmanaged
        where L : struct, ITileRows
    {
        if (columns > 2 * V.Count)
            Multiply<V, T, L, Three>(rows, runs, length, left, right, step, target);
        else if (columns > V.Count)
            Multiply<V, T, L, Two>(rows, runs, length, left, right, step, target);
        else
            Multiply<V, T, L, One>(rows, runs, length, left, right, step, target);
    }

    [MethodImpl(Lanes.Inline)]
    private static void Multiply<V, T, L, C>(int rows, int runs, int length, L left, float* right, int step, TileTarget target)
        where V : struct, IRegister<T>
        where T : unmanaged
        where L : struct, ITileRows
        where C : struct, INumber
    {
        if (rows > HalfRows)
            Kernel<V, T, L, Eight, C>(runs, length, left, right, step, target);
        else
            Kernel<V, T, L, Four, C>(runs, length, left, right, step, target);
    }

    // Written out because only single variables stay in registers; the tests of R and C are resolved when the kernel is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Kernel<V, T, L, R, C>(int runs, int length, L left, float* b, nint step, TileTarget target)
        where V : struct, IRegister<T>
        where T : unmanaged
        where L : struct, ITileRows
        where R : struct, INumber
        where C : struct, INumber
    {
        T zero = V.Of(0);
        T r0 = zero, r1 = zero, r2 = zero, r3 = zero, r4 = zero, r5 = zero, r6 = zero, r7 = zero;
        T s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
        T t0 = zero, t1 = zero, t2 = zero, t3 = zero, t4 = zero, t5 = zero, t6 = zero, t7 = zero;
        for (int run = 0; run < runs; run++)
        {
            float* a0 = left.Start(run, 0), a1 = left.Start(run, 1), a2 = left.Start(run, 2), a3 = left.Start(run, 3);
            float* a4 = left.Start(run, 4), a5 = left.Start(run, 5), a6 = left.Start(run, 6), a7 = left.Start(run, 7);
            nint k = 0;
            for (float* end = b + (length * step); b < end; b += step, k += L.DepthStride)
            {
                T first = V.Load(b);
                T second = C.Value > 1 ? V.Load(b + V.Count) : first;
                T third = C.Value > 2 ? V.Load(b + (2 * V.Count)) : first;
                Add<V, T, C>(a0[k], first, second, third, ref r0, ref s0, ref t0);
                Add<V, T, C>(a1[k], first, second, third, ref r1, ref s1, ref t1);
                Add<V, T, C>(a2[k], first, second, third, ref r2, ref s2, ref t2);
                Add<V, T, C>(a3[k], first, second, third, ref r3, ref s3, ref t3);
                if (R.Value > 4)
                {
                    Add<V, T, C>(a4[k], first, second, third, ref r4, ref s4, ref t4);
                    Add<V, T, C>(a5[k], first, second, third, ref r5, ref s5, ref t5);
                    Add<V, T, C>(a6[k], first, second, third, ref r6, ref s6, ref t6);
                    Add<V, T, C>(a7[k], first, second, third, ref r7, ref s7, ref t7);
                }
            }
        }
        Store<V, T, C>(ref target, r0, s0, t0);
        Store<V, T, C>(ref target, r1, s1, t1);
        Store<V, T, C>(ref target, r2, s2, t2);
        Store<V, T, C>(ref target, r3, s3, t3);
        if (R.Value > 4)
        {
            Store<V, T, C>(ref target, r4, s4, t4);
            Store<V, T, C>(ref target, r5, s5, t5);
            Store<V, T, C>(ref target, r6, s6, t6);
            Store<V, T, C>(ref target, r7, s7, t7);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private static void Add<V, T, C>(float left, T first, T second, T third, ref T r, ref T s, ref T t)
        where V : struct, IRegister<T>
        where T : unmanaged
        where C : struct, INumber
    {
        T all = V.Of(left);
        r = V.MulAdd(all, first, r);
        if (C.Value > 1)
            s = V.MulAdd(all, second, s);
        if (C.Value > 2)
            t = V.MulAdd(all, third, t);
    }

    [MethodImpl(Lanes.Inline)]
    private static void Store<V, T, C>(ref TileTarget target, T r, T s, T t)
        where V : struct, IRegister<T>
        where T : unmanaged
        where C : struct, INumber
    {
        float* row = target.Row;
        Store<V, T>(r, row, target.Add);
        if (C.Value > 1)
            Store<V, T>(s, row + V.Count, target.Add);
        if (C.Value > 2)
            Store<V, T>(t, row + (2 * V.Count), target.Add);
        target.Row = row + target.Stride;
    }

    [MethodImpl(Lanes.Inline)]
    private static void Store<V, T>(T sum, float* to, bool add)
        where V : struct, IRegister<T>
        where T : unmanaged => V.Store(add ? V.Add(sum, V.Load(to)) : sum, to);

    private readonly struct PanelRows<L>(float* left) : ITileRows
        where L : struct, IPanelLayout
    {
        public static int DepthStride => L.DepthStride;

        [MethodImpl(Lanes.Inline)]
        public float* Start(int run, int row) => left + (row * L.RowStride);
    }

    private readonly struct RowRuns(float** starts) : ITileRows
    {
        public static int DepthStride => 1;

        [MethodImpl(Lanes.Inline)]
        public float* Start(int run, int row) => starts[(run * MaxRows) + row];
    }

    private readonly struct One : INumber
    {
        public static int Value => 1;
    }

    private readonly struct Two : INumber
    {
        public static int Value => 2;
    }

    private readonly struct Three : INumber
    {
        public static int Value => 3;
    }

    private readonly struct Four : INumber
    {
        public static int Value => 4;
    }

    private readonly struct Eight : INumber
    {
        public static int Value => 8;
    }
}
