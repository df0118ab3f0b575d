using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

// Layers whose weights are stored in fewer bits: the reference device converts them and computes.
internal static partial class KernelCases
{
    private static DType[] StoredTypes => [DType.F16, DType.BF16, DType.Q8, DType.BF16Panels];

    private static (int M, int K, int N)[] StoredProductSizes => [(1, 1, 1), (3, 7, 5), (129, 33, 40), (7, 129, 33), (13, 400, 65), (500, 17, 31), (0, 3, 7), (3, 7, 0), (33, 32, 64), (7, 416, 32), (500, 96, 96)];

    private static ConvolutionShape[] StoredConvolutionShapes => [.. ConvolutionShapes, .. WinogradShapes];

    private static IEnumerable<KernelCase> Stored((int M, int K, int N)[] products, ConvolutionShape[] convolutions)
    {
        foreach (DType type in StoredTypes)
        {
            foreach ((int m, int k, int n) in products.Where(size => type.CanHold([size.N, size.K])))
                yield return new($"{type} linear {m}x{k}x{n}", i => [StoredProduct(i, type, (m, k, n))], Rounding, Math.Sqrt(k) / 3);
            foreach (ConvolutionShape s in convolutions.Where(shape => type.CanHold(shape.W)))
            {
                string name = $"{s.Name} {s.X} to {s.Outputs}";
                double size = Math.Sqrt(s.W.Count / Math.Max(1, s.Outputs)) / 3;
                yield return new($"{type} conv {name}", i => [StoredConvolution(i, type, s)], Rounding, size);
                yield return new($"{type} winograd {name}", i => Approximated(() => [StoredConvolution(i, type, s)]), WinogradRounding, size);
            }
            if (type == DType.BF16Panels)
            {
                yield return new($"{type} to floats", i => [StoredFloats(i, type, [64, 3, 3, 32]), StoredFloats(i, type, [32, 96]), StoredFloats(i, type, [0, 32])]);
                continue;
            }
            yield return new($"{type} gather", i => [StoredRows(i, type, 33), StoredRows(i, type, 7), StoredRows(i, type, 300)]);
            yield return new($"{type} to floats", i => [StoredFloats(i, type, [33, 3, 3, 40]), StoredFloats(i, type, [5]), StoredFloats(i, type, [0, 3])]);
        }
    }

    private static Operand StoredProduct(KernelInputs i, DType type, (int M, int K, int N) s)
    {
        Operand a = i.Uniform([1, s.M, s.K]), b = i.Stored([s.N, s.K], type) with { Shape = [1, s.N, s.K] }, y = i.Output([1, s.M, s.N]);
        i.Device.MatMul(a, b, y, false, true, new Epilogue(i.Uniform([s.N]), Residual: i.Uniform(y.Shape)));
        return y;
    }

    private static Operand StoredConvolution(KernelInputs i, DType type, ConvolutionShape s)
    {
        Operand x = i.Uniform(s.X), w = i.Stored(s.W, type), y = i.Output(s.Y);
        i.Device.Conv2d(x, w, y, s.Geometry, new Epilogue(i.Uniform([s.Outputs]), Residual: i.Uniform(s.Y)));
        return y;
    }

    private static Operand StoredRows(KernelInputs i, DType type, int c)
    {
        Operand y = i.Output([9, c]);
        i.Device.Gather(i.Stored([11, c], type), i.Ids(9, 11), y);
        return y;
    }

    private static Operand StoredFloats(KernelInputs i, DType type, Shape shape)
    {
        Operand y = i.Output(shape);
        i.Device.Convert(i.Stored(shape, type), y);
        return y;
    }
}
