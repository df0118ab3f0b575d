using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    // Conversions pass through blocks of doubles, which hold every value of every type but the largest I64.
    private const int ConversionBlock = 1024;

    internal override void Fill(Operand y, double value)
    {
        Span<double> one = [value];
        Span<byte> element = stackalloc byte[y.Type.Size()];
        Narrow(one, element, y.Type);
        switch (element.Length)
        {
            case 1: Elements<byte>(y).Fill(element[0]); break;
            case 2: Elements<ushort>(y).Fill(MemoryMarshal.Read<ushort>(element)); break;
            case 4: Elements<uint>(y).Fill(MemoryMarshal.Read<uint>(element)); break;
            default: Elements<ulong>(y).Fill(MemoryMarshal.Read<ulong>(element)); break;
        }
    }

    internal override unsafe void Convert(Operand x, Operand y)
    {
        if (x.Type == y.Type)
        {
            Buffer.MemoryCopy((void*)x.Address, (void*)y.Address, y.Type.Bytes(y.Shape), x.Type.Bytes(x.Shape));
            return;
        }
        if (x.Type == DType.Q8)
        {
            Dequantise(x, y);
            return;
        }
        if (y.Type == DType.Q8)
        {
            Quantise(x, y);
            return;
        }
        if (x.Type == DType.BF16Panels)
        {
            FromPanels(x, y);
            return;
        }
        if (y.Type == DType.BF16Panels)
        {
            ToPanels(x, y);
            return;
        }
        int from = x.Type.Size(), to = y.Type.Size();
        Span<double> block = stackalloc double[ConversionBlock];
        for (long start = 0; start < x.Count; start += ConversionBlock)
        {
            int count = (int)Math.Min(ConversionBlock, x.Count - start);
            Widen(new ReadOnlySpan<byte>((byte*)x.Address + start * from, count * from), x.Type, block[..count]);
            Narrow(block[..count], new Span<byte>((byte*)y.Address + start * to, count * to), y.Type);
        }
    }

    internal override void CopyBox(Operand x, Box from, Operand y, Box to, Shape extents)
    {
        if (extents.Count == 0)
            return;
        Merge(ref extents, ref from, ref to);
        switch (x.Type.Size())
        {
            case 1: CopyRows<byte>(x, from, y, to, extents); break;
            case 2: CopyRows<ushort>(x, from, y, to, extents); break;
            case 4: CopyRows<uint>(x, from, y, to, extents); break;
            default: CopyRows<ulong>(x, from, y, to, extents); break;
        }
    }

    // Neighbouring axes that are one run in both buffers become one axis, so that rows are as long as they can be.
    private static void Merge(ref Shape extents, ref Box source, ref Box target)
    {
        Span<int> merged = stackalloc int[Math.Max(extents.Rank, 1)];
        Strides x = default, y = default;
        int last = 0;
        merged[0] = 1;
        for (int axis = 0; axis < extents.Rank; axis++)
        {
            bool run = x[last] == source.Strides[axis] * extents[axis] && y[last] == target.Strides[axis] * extents[axis];
            if (merged[last] != 1 && !run)
                last++;
            merged[last] = merged[last] != 1 && run ? merged[last] * extents[axis] : extents[axis];
            x[last] = source.Strides[axis];
            y[last] = target.Strides[axis];
        }
        extents = new Shape(merged[..(last + 1)]);
        source = source with { Strides = x };
        target = target with { Strides = y };
    }

    private static unsafe void CopyRows<T>(Operand x, Box from, Operand y, Box to, Shape extents)
        where T : unmanaged
    {
        int length = extents[-1];
        long xs = from.Strides[extents.Rank - 1], ys = to.Strides[extents.Rank - 1];
        BoxWalk walk = new(extents, from, to);
        do
        {
            T* source = (T*)x.Address + walk.First;
            T* target = (T*)y.Address + walk.Second;
            if (xs == 1 && ys == 1)
                new ReadOnlySpan<T>(source, length).CopyTo(new Span<T>(target, length));
            else if (xs == 0 && ys == 1)
                new Span<T>(target, length).Fill(*source);
            else
                for (int i = 0; i < length; i++)
                    target[i * ys] = source[i * xs];
        }
        while (walk.Next());
    }

    private static unsafe Span<T> Elements<T>(Operand x)
        where T : unmanaged => new((void*)x.Address, checked((int)x.Count));

    private static void Widen(ReadOnlySpan<byte> x, DType type, Span<double> y)
    {
        switch (type)
        {
            case DType.F32: WidenFrom<float>(x, y, v => v); break;
            case DType.F16: WidenFrom<Half>(x, y, v => (double)v); break;
            case DType.BF16: WidenFrom<ushort>(x, y, v => BitConverter.Int32BitsToSingle(v << 16)); break;
            case DType.I8: WidenFrom<sbyte>(x, y, v => v); break;
            case DType.I32: WidenFrom<int>(x, y, v => v); break;
            default: WidenFrom<long>(x, y, v => v); break;
        }
    }

    // Casts from double to integers saturate and make 0 of NaN.
    private static void Narrow(ReadOnlySpan<double> x, Span<byte> y, DType type)
    {
        switch (type)
        {
            case DType.F32: NarrowTo(x, y, v => (float)v); break;
            case DType.F16: NarrowTo(x, y, v => (Half)v); break;
            case DType.BF16: NarrowTo(x, y, v => UpperHalf((float)v)); break;
            case DType.I8: NarrowTo(x, y, v => (sbyte)Math.Clamp(ToInteger(v), sbyte.MinValue, sbyte.MaxValue)); break;
            case DType.I32: NarrowTo(x, y, v => (int)Math.Clamp(ToInteger(v), int.MinValue, int.MaxValue)); break;
            default: NarrowTo(x, y, ToInteger); break;
        }
    }

    private static void WidenFrom<T>(ReadOnlySpan<byte> x, Span<double> y, Func<T, double> widen)
        where T : unmanaged
    {
        ReadOnlySpan<T> values = MemoryMarshal.Cast<byte, T>(x);
        for (int i = 0; i < y.Length; i++)
            y[i] = widen(values[i]);
    }

    private static void NarrowTo<T>(ReadOnlySpan<double> x, Span<byte> y, Func<double, T> narrow)
        where T : unmanaged
    {
        Span<T> values = MemoryMarshal.Cast<byte, T>(y);
        for (int i = 0; i < x.Length; i++)
            values[i] = narrow(x[i]);
    }

    private static long ToInteger(double value) => (long)Math.Round(value, MidpointRounding.ToEven);

    // The upper half of binary32, rounded to nearest even; a NaN stays a NaN when its low half is cut off.
    private static ushort UpperHalf(float value)
    {
        uint bits = Unsafe.BitCast<float, uint>(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
