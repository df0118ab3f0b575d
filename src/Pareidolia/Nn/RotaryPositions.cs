// RoFormer: Enhanced Transformer with Rotary Position Embedding, https://arxiv.org/abs/2104.09864
using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>
/// Places as angles: each pair of neighbouring channels of a head is turned by the token's place along one axis, times a frequency. Every axis has
/// channels of its own.
/// </summary>
internal sealed class RotaryPositions
{
    private const double Base = 10000;

    private readonly Tensor _cos;
    private readonly Tensor _sin;
    private readonly int _channels;

    /// <summary>Prepares the angles of places [n, axes], for heads whose channels divide between the axes in this way.</summary>
    public RotaryPositions(Tensor places, IReadOnlyList<int> channelsOfAxes)
    {
        if (places.Rank != 2 || places.Shape[1] != channelsOfAxes.Count)
            throw new TensorException($"rotary positions: places {places.Shape} should be [n, {channelsOfAxes.Count}].");
        float[] values = places.ToArray();
        int n = places.Shape[0], axes = channelsOfAxes.Count;
        _channels = channelsOfAxes.Sum();
        double[] angles = [.. Enumerable.Range(0, n).SelectMany(token => Enumerable.Range(0, axes).SelectMany(
            axis => Angles(values[(token * axes) + axis], channelsOfAxes[axis])))];
        _cos = Tensor.From(Array.ConvertAll(angles, angle => (float)Math.Cos(angle)), [n, 1, _channels / 2, 1], places.Device);
        _sin = Tensor.From(Array.ConvertAll(angles, angle => (float)Math.Sin(angle)), [n, 1, _channels / 2, 1], places.Device);
    }

    /// <summary>Queries or keys [b, n, heads * channels] turned.</summary>
    public Tensor Turn(Tensor x)
    {
        using Scope scope = new();
        Tensor pairs = x.Reshape(x.Shape[0], x.Shape[1], x.Shape[2] / _channels, _channels / 2, 2);
        Tensor a = pairs.Slice(4, 0, 1), b = pairs.Slice(4, 1, 1);
        return scope.Keep(Tensor.Concat(4, (a * _cos) - (b * _sin), (a * _sin) + (b * _cos)).Reshape([.. x.Shape]));
    }

    private static IEnumerable<double> Angles(double place, int channels) =>
        Enumerable.Range(0, channels / 2).Select(i => place / Math.Pow(Base, 2.0 * i / channels));
}
