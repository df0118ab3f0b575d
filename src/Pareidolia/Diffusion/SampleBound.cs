using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// Keeps estimates of the clean picture within the range of pictures. Static: cut off at plus and minus <paramref name="Range"/>. Dynamic:
/// cut off at a quantile of each picture's own absolute values, if that is above 1, and scaled back to 1 (Imagen, Saharia et al. 2022,
/// https://arxiv.org/abs/2205.11487).
/// </summary>
/// <param name="Range">The static bound, above 0.</param>
/// <param name="Quantile">The quantile in (0, 1] for the dynamic bound; null for a static one.</param>
/// <param name="Limit">The most that the dynamic bound can be.</param>
public sealed record SampleBound(double Range, double? Quantile = null, double Limit = 1)
{
    /// <summary>x0 [b, ...] within the bound.</summary>
    public Tensor Apply(Tensor x0) => Quantile is double quantile ? Threshold(x0, quantile) : x0.Clamp((float)-Range, (float)Range);

    private Tensor Threshold(Tensor x0, double quantile)
    {
        float[] values = x0.ToArray();
        int perItem = values.Length / x0.Shape[0];
        for (int start = 0; start < values.Length; start += perItem)
        {
            Span<float> item = values.AsSpan(start, perItem);
            float bound = (float)Math.Clamp(QuantileOfMagnitude(item, quantile), 1, Math.Max(1, Limit));
            for (int i = 0; i < item.Length; i++)
                item[i] = Math.Clamp(item[i], -bound, bound) / bound;
        }
        return Tensor.From(values, x0.Shape, x0.Device);
    }

    private static double QuantileOfMagnitude(ReadOnlySpan<float> values, double quantile)
    {
        float[] magnitudes = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
            magnitudes[i] = Math.Abs(values[i]);
        Array.Sort(magnitudes);
        double place = quantile * (magnitudes.Length - 1);
        int low = (int)place, high = Math.Min(low + 1, magnitudes.Length - 1);
        return magnitudes[low] + (place - low) * (magnitudes[high] - magnitudes[low]);
    }
}
