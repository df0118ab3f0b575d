namespace Pareidolia.Tensors.Cpu;

// Weights that are stored in fewer bits than they are computed with.
internal sealed unsafe partial class CpuBackend
{
    /// <summary>Whether a product reads a right matrix in fewer bits as a linear layer does; others widen it as a whole first.</summary>
    private static bool IsStoredLayer(Operand b, bool transposeA, bool transposeB) => b.Shape[0] == 1 && transposeB && !transposeA;

    /// <summary>What a layer does with its weights as the right matrix of a product.</summary>
    private interface IStoredLayer
    {
        void Multiply<B>(in B weights)
            where B : struct, IRight;
    }

    private static void RunStored<W>(Operand weights, int depth, in W layer)
        where W : struct, IStoredLayer
    {
        if (weights.Type == DType.BF16Panels)
            layer.Multiply(new PanelColumns(weights.Address, depth));
        else
            StoredFormats.Run(weights.Type, new LayerOfRows<W>(weights, depth, layer));
    }

    private readonly struct LayerOfRows<W>(Operand weights, int depth, W layer) : IStoredWork
        where W : struct, IStoredLayer
    {
        public void Run<E>()
            where E : struct, IStoredFormat => layer.Multiply(StoredColumns<E>.Of(weights, depth));
    }

    private readonly struct StoredProduct(Operand a, Operand y, Epilogue epilogue) : IStoredLayer
    {
        public void Multiply<B>(in B weights)
            where B : struct, IRight
        {
            int rows = checked(y.Shape[0] * y.Shape[1]), columns = y.Shape[2], k = a.Shape[2];
            GemmOutput output = GemmOutput.Of(y, columns, epilogue);
            Gemm.Run<LeftRows, RowPanel, B>(rows, columns, k, new LeftRows(a.Pointer, k), weights, output, Bf16Gemm.Suits(rows, columns, k));
        }
    }

    private readonly struct StoredConvolution(
        CpuBackend device, Operand x, Operand w, Shape y, ConvGeometry geometry, Patches patches, GemmOutput output) : IStoredLayer
    {
        private readonly Patches _patches = patches;
        private readonly GemmOutput _output = output;

        public void Multiply<B>(in B weights)
            where B : struct, IRight => device.Convolve(x, y, geometry, _patches, w.Shape[3], w.Shape[0], weights, _output);
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
