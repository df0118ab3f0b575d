using Pareidolia.Tensors;

namespace Pareidolia.Benchmarks;

/// <summary>Attention at the shapes of Stable Diffusion 1.5 and of our trainers beside PyTorch's products and softmax.</summary>
internal static class AttentionBenchmark
{
    private static readonly (int Batch, int Queries, int Keys, int Heads, int Size)[] s_cases =
    [
        (2, 4096, 4096, 8, 40),
        (2, 1024, 1024, 8, 80),
        (2, 256, 256, 8, 160),
        (2, 4096, 77, 8, 40),
        (32, 256, 256, 4, 32),
        (32, 77, 77, 4, 64),
    ];

    public static void Run(ResultTable table)
    {
        using Torch torch = new();
        table.Head("GFLOP/s");
        foreach ((int batch, int queries, int keys, int heads, int size) in s_cases)
        {
            using Scope scope = new();
            Tensor q = RandomTensor.Of(batch, queries, heads * size);
            Tensor k = RandomTensor.Of(batch, keys, heads * size);
            Tensor v = RandomTensor.Of(batch, keys, heads * size);
            (double Least, double Median)[] times = Contest.Run(
                Contest.Ours(() =>
                {
                    using Scope one = new();
                    Tensor.Attention(q, k, v, heads);
                }),
                torch.Case("attention", batch, queries, keys, heads, size));
            table.Row($"{queries} queries, {keys} keys, {heads} heads of {size}, batch {batch}", 4e-9 * q.Count * keys, times[0], times[1]);
        }
        table.Note("peer: PyTorch 1.13, softmax(q k^T) v on [batch, heads, tokens, size]");
    }
}
