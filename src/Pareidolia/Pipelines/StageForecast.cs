using Pareidolia.Tensors.Imagined;

namespace Pareidolia.Pipelines;

/// <summary>What one stage takes.</summary>
/// <param name="WeightBytes">Its weights, as they are held.</param>
/// <param name="TensorBytes">All other tensors at their most.</param>
/// <param name="PooledBytes">The same with the buffers that are kept for the next tensor.</param>
/// <param name="Asked">The arithmetic.</param>
public sealed record StageForecast(long WeightBytes, long TensorBytes, long PooledBytes, Arithmetic Asked)
{
    internal static StageForecast Nothing { get; } = new(0, 0, 0, default);

    /// <summary>One after the other, the weights of both there.</summary>
    /// <param name="other">The other.</param>
    /// <param name="asked">The arithmetic of both.</param>
    internal StageForecast Beside(StageForecast other, Arithmetic asked) => new(
        WeightBytes + other.WeightBytes, Math.Max(TensorBytes, other.TensorBytes), Math.Max(PooledBytes, other.PooledBytes), asked);
}
