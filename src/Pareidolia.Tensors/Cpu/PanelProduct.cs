using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Small products c = a b or c += a b inside attention. a is read element by element at any strides; b lies in panels of <see cref="Lanes.Count"/> columns,
/// [depth, 16] each; c has rows of whole panels. Every element of c is one chain of fused multiply-adds in the order of the depth.
/// </summary>
internal static unsafe class PanelProduct
{
    /// <param name="a">First element; row i, depth k lies at a[i * aRow + k * aStep].</param>
    /// <param name="rows">Rows of a and c, at least 1.</param>
    /// <param name="b">First panel.</param>
    /// <param name="panels">Number of panels of b and c.</param>
    /// <param name="panel">Floats from one panel of b to the next.</param>
    /// <param name="c">First element; rows lie cRow apart.</param>
    /// <param name="add">Whether c is added to, or else overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<V>(float* a, long aRow, long aStep, int rows, float* b, int panels, long panel, int depth, float* c, long cRow, bool add)
        where V : unmanaged, ILanes<V>
    {
        for (int p = 0; p < panels; p++, b += panel, c += Lanes.Count)
            // Eight sums and a panel's row take nine of 32 wide registers, or four times two and two of 16 narrow ones.
            if (Vector512.IsHardwareAccelerated)
                for (int row = 0; row < rows; row += 8)
                    Eight<V>(a + row * aRow, aRow, aStep, rows - row, b, depth, c + row * cRow, cRow, add);
            else
                for (int row = 0; row < rows; row += 4)
                    Four<V>(a + row * aRow, aRow, aStep, rows - row, b, depth, c + row * cRow, cRow, add);
    }

    // Where fewer rows are left the last one is computed again in place of those that are missing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<V>(float* a, long aRow, long aStep, int rows, float* b, int depth, float* c, long cRow, bool add)
        where V : unmanaged, ILanes<V>
    {
        int last = rows - 1;
        float* a0 = a, a1 = a + Math.Min(1, last) * aRow, a2 = a + Math.Min(2, last) * aRow, a3 = a + Math.Min(3, last) * aRow;
        float* a4 = a + Math.Min(4, last) * aRow, a5 = a + Math.Min(5, last) * aRow, a6 = a + Math.Min(6, last) * aRow, a7 = a + Math.Min(7, last) * aRow;
        V c0 = V.Of(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        if (add)
        {
            c0 = V.Load(c);
            c1 = V.Load(c + Math.Min(1, last) * cRow);
            c2 = V.Load(c + Math.Min(2, last) * cRow);
            c3 = V.Load(c + Math.Min(3, last) * cRow);
            c4 = V.Load(c + Math.Min(4, last) * cRow);
            c5 = V.Load(c + Math.Min(5, last) * cRow);
            c6 = V.Load(c + Math.Min(6, last) * cRow);
            c7 = V.Load(c + Math.Min(7, last) * cRow);
        }
        nint at = 0;
        for (float* end = b + (nint)depth * Lanes.Count; b < end; b += Lanes.Count, at += (nint)aStep)
        {
            V right = V.Load(b);
            c0 = V.MulAdd(V.Of(a0[at]), right, c0);
            c1 = V.MulAdd(V.Of(a1[at]), right, c1);
            c2 = V.MulAdd(V.Of(a2[at]), right, c2);
            c3 = V.MulAdd(V.Of(a3[at]), right, c3);
            c4 = V.MulAdd(V.Of(a4[at]), right, c4);
            c5 = V.MulAdd(V.Of(a5[at]), right, c5);
            c6 = V.MulAdd(V.Of(a6[at]), right, c6);
            c7 = V.MulAdd(V.Of(a7[at]), right, c7);
        }
        c0.Store(c);
        c1.Store(c + Math.Min(1, last) * cRow);
        c2.Store(c + Math.Min(2, last) * cRow);
        c3.Store(c + Math.Min(3, last) * cRow);
        c4.Store(c + Math.Min(4, last) * cRow);
        c5.Store(c + Math.Min(5, last) * cRow);
        c6.Store(c + Math.Min(6, last) * cRow);
        c7.Store(c + Math.Min(7, last) * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<V>(float* a, long aRow, long aStep, int rows, float* b, int depth, float* c, long cRow, bool add)
        where V : unmanaged, ILanes<V>
    {
        int last = rows - 1;
        float* a0 = a, a1 = a + Math.Min(1, last) * aRow, a2 = a + Math.Min(2, last) * aRow, a3 = a + Math.Min(3, last) * aRow;
        V c0 = V.Of(0), c1 = c0, c2 = c0, c3 = c0;
        if (add)
        {
            c0 = V.Load(c);
            c1 = V.Load(c + Math.Min(1, last) * cRow);
            c2 = V.Load(c + Math.Min(2, last) * cRow);
            c3 = V.Load(c + Math.Min(3, last) * cRow);
        }
        nint at = 0;
        for (float* end = b + (nint)depth * Lanes.Count; b < end; b += Lanes.Count, at += (nint)aStep)
        {
            V right = V.Load(b);
            c0 = V.MulAdd(V.Of(a0[at]), right, c0);
            c1 = V.MulAdd(V.Of(a1[at]), right, c1);
            c2 = V.MulAdd(V.Of(a2[at]), right, c2);
            c3 = V.MulAdd(V.Of(a3[at]), right, c3);
        }
        c0.Store(c);
        c1.Store(c + Math.Min(1, last) * cRow);
        c2.Store(c + Math.Min(2, last) * cRow);
        c3.Store(c + Math.Min(3, last) * cRow);
    }
}
