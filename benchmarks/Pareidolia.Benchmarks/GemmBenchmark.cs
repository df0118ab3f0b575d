using Pareidolia.Tensors;

namespace Pareidolia.Benchmarks;

/// <summary>Matrix products beside oneDNN's: shapes of Stable Diffusion 1.5, its convolutions taken as products, and of our trainers.</summary>
internal static unsafe class GemmBenchmark
{
    private static readonly (int M, int N, int K, bool TransposeB)[] s_cases =
    [
        (4096, 320, 2880, false),
        (1024, 640, 5760, false),
        (256, 1280, 11520, false),
        (4096, 2560, 320, false),
        (2048, 2048, 2048, false),
        (4096, 320, 2880, true),
        (2048, 2048, 2048, true),
        (8192, 1024, 128, true),
        (2464, 768, 256, true),
        (77, 768, 768, true),
        (32, 1024, 256, true),
        (64, 64, 64, false),
    ];

    public static void Run(ResultTable table)
    {
        table.Head("GFLOP/s");
        foreach ((int m, int n, int k, bool transposeB) in s_cases)
        {
            using Scope scope = new();
            Operand a = RandomTensor.Of(1, m, k).Operand;
            Operand b = (transposeB ? RandomTensor.Of(1, n, k) : RandomTensor.Of(1, k, n)).Operand;
            Operand ours = Tensor.Empty([1, m, n]).Operand;
            Operand peer = Tensor.Empty([1, m, n]).Operand;
            (double Least, double Median)[] times = Contest.Run(
                Contest.Ours(() => Backend.Cpu.MatMul(a, b, ours, false, transposeB, default)),
                Contest.Ours(() => OneDnn.Multiply(a.Pointer, b.Pointer, peer.Pointer, m, n, k, transposeB)));
            table.Row($"{m} x {n} x {k}{(transposeB ? ", right transposed" : "")}", 2e-9 * m * n * k, times[0], times[1]);
        }
        table.Note("peer: oneDNN 2.6.3 dnnl_sgemm");
    }
}
