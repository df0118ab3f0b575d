namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    // Products of a batch that are smaller than this many multiply-adds run whole on one thread each.
    private const long SharedProduct = 8_000_000;

    internal override void MatMul(Operand a, Operand b, Operand y, bool transposeA, bool transposeB, Epilogue epilogue)
    {
        if (b.Type != DType.F32 && IsStoredLayer(b, transposeA, transposeB))
        {
            RunStored(b, b.Shape[2], new StoredProduct(a, y, epilogue));
            return;
        }
        using Reference.WidenedWeights wide = new(this, b);
        b = wide.Floats;
        int batch = y.Shape[0];
        int k = a.Shape[transposeA ? 1 : 2];
        if (batch > 1 && b.Shape[0] == 1 && a.Shape[0] == batch && !transposeA)
        {
            // One right matrix for all: the rows of all left matrices follow each other.
            Operand rows = a with { Shape = [1, checked(batch * a.Shape[1]), k] };
            Operand product = y with { Shape = [1, checked(batch * y.Shape[1]), y.Shape[2]] };
            new MatMulCall(rows, b, product, false, transposeB, epilogue, Bf16Gemm.Suits(rows.Shape[1], product.Shape[2], k)).Run(0);
            return;
        }
        MatMulCall call = new(a, b, y, transposeA, transposeB, epilogue, Bf16Gemm.Suits(y.Shape[1], y.Shape[2], k));
        if (batch > 1 && (long)y.Shape[1] * y.Shape[2] * k < SharedProduct)
            Workers.Run(batch, call);
        else
            for (int i = 0; i < batch; i++)
                call.Run(i);
    }

    // One task: one product of the batch.
    private readonly struct MatMulCall(Operand a, Operand b, Operand y, bool transposeA, bool transposeB, Epilogue epilogue, bool half) : IWork
    {
        public void Run(int task)
        {
            long product = (long)y.Shape[1] * y.Shape[2];
            float* left = a.Pointer + (a.Shape[0] == 1 ? 0 : task * (long)a.Shape[1] * a.Shape[2]);
            float* right = b.Pointer + (b.Shape[0] == 1 ? 0 : task * (long)b.Shape[1] * b.Shape[2]);
            GemmOutput output = GemmOutput.Of(y, y.Shape[2], epilogue);
            output.Move(task * product, 0);
            if (transposeA)
                Multiply<LeftColumns, DepthPanel>(a.Shape[1], new LeftColumns(left, a.Shape[2]), right, output);
            else
                Multiply<LeftRows, RowPanel>(a.Shape[2], new LeftRows(left, a.Shape[2]), right, output);
        }

        private void Multiply<A, L>(int k, in A left, float* right, in GemmOutput output)
            where A : struct, ILeft<L>
            where L : struct, IPanelLayout
        {
            int n = y.Shape[2];
            if (transposeB)
                Gemm.Run<A, L, RightColumns>(y.Shape[1], n, k, left, new RightColumns(right, k), output, half);
            else
                Gemm.Run<A, L, RightRows>(y.Shape[1], n, k, left, new RightRows(right, n), output, half);
        }
    }
}
