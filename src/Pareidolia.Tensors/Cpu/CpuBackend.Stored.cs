namespace Pareidolia.Tensors.Cpu;

// Weights that are stored in fewer bits than they are computed with.
internal sealed unsafe partial class CpuBackend
{
    /// <summary>Whether a product reads a right matrix in fewer bits as a linear layer does; others widen it as a whole first.</summary>
    private static bool IsStoredLayer(Operand b, bool transposeA, bool transposeB) => b.Shape[0] == 1 && transposeB && !transposeA;

    private readonly struct StoredProduct(Operand a, Operand b, Operand y, Epilogue epilogue) : IStoredWork
    {
        public void Run<E>()
            where E : struct, IStoredFormat
        {
            int rows = checked(y.Shape[0] * y.Shape[1]), k = b.Shape[2];
            Gemm.Run<LeftRows, RowPanel, StoredColumns<E>>(
                rows, y.Shape[2], k, new LeftRows(a.Pointer, k), StoredColumns<E>.Of(b, k), GemmOutput.Of(y, y.Shape[2], epilogue),
                Bf16Gemm.Suits(rows, y.Shape[2], k));
        }
    }

    private readonly struct StoredConvolution(Operand x, Operand w, Shape y, ConvGeometry geometry, Patches patches, GemmOutput output) : IStoredWork
    {
        private readonly Patches _patches = patches;
        private readonly GemmOutput _output = output;

        public void Run<E>()
            where E : struct, IStoredFormat
        {
            int depth = w.Shape[1] * w.Shape[2] * w.Shape[3];
            Convolve(x, y, geometry, _patches, w.Shape[3], w.Shape[0], StoredColumns<E>.Of(w, depth), _output);
        }
    }

    private readonly struct StoredRows(Operand table, Operand ids, Operand y) : IStoredWork
    {
        public void Run<E>()
            where E : struct, IStoredFormat => Workers.Run((int)ids.Count, new GatherStored<E>(table, ids, y));
    }

    private readonly struct StoredFloats(Operand x, Operand y) : IStoredWork
    {
        public void Run<E>()
            where E : struct, IStoredFormat
        {
            int rows = x.Shape.Rank == 0 ? 1 : x.Shape[0];
            if (x.Count > 0)
                Workers.Run(rows, new WidenRows<E>(x, y, checked((int)(x.Count / rows))));
        }
    }

    // One task: a row.
    private readonly struct WidenRows<E>(Operand x, Operand y, int length) : IWork
        where E : struct, IStoredFormat
    {
        public void Run(int task) => E.Widen(x.Address, (long)task * length, length, FactorsOf(x)[task], y.Pointer + ((long)task * length));
    }

    // One task: a row.
    private readonly struct QuantiseRows(Operand x, Operand y, int length) : IWork
    {
        public void Run(int task)
        {
            long at = (long)task * length;
            FactorsOf(y)[task] = WeightBytes.Narrow(x.Pointer + at, length, (sbyte*)y.Address + at);
        }
    }
}
