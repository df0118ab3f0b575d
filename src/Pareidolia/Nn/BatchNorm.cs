using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Batch norm over all axes but the last (https://arxiv.org/abs/1502.03167); keys <c>weight</c>, <c>bias</c>, and the buffers <c>running_mean</c> and
/// <c>running_var</c> [c].
/// </summary>
public sealed class BatchNorm(int channels, WeightScope weights, float eps = 1e-5f, float momentum = 0.1f)
{
    private readonly Tensor _gamma = weights.Get("weight", [channels], Initializer.Ones);
    private readonly Tensor _beta = weights.Get("bias", [channels], Initializer.Zeros);
    private readonly Tensor _mean = weights.Get("running_mean", [channels], Initializer.Zeros, trained: false);
    private readonly Tensor _variance = weights.Get("running_var", [channels], Initializer.Ones, trained: false);

    /// <summary>Normalises; the shape stays. In training by the batch's own statistics, which the running ones follow; else by the running ones.</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        using Scope scope = new();
        return scope.Keep(x.BatchNorm(_gamma, _beta, _mean, _variance, training, momentum, eps));
    }

    /// <summary>What torch counts beside the statistics and nothing here reads.</summary>
    internal static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);
}
