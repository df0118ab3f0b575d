using Pareidolia.Nn;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Nn;

/// <summary>What a watch sees of the attention that runs while it is open.</summary>
public sealed class SelfAttentionWatchTests
{
    private const int Pictures = 2, Pixels = 6, Heads = 2, Width = 3;

    [Fact]
    public void The_shares_that_a_pixel_gets_are_summed_and_averaged_over_heads()
    {
        using Scope scope = new();
        Tensor query = Some(1), key = Some(2);
        SelfAttentionWatch watch = new();
        using (watch.Open())
            SelfAttentionWatch.See(query, key, Heads);
        float[] expected = [.. Enumerable.Range(0, Pictures).SelectMany(picture => Expected(query.ToArray(), key.ToArray(), picture))];
        Assert.All(expected.Zip(watch.Sums!), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(Pictures * Pixels, watch.Sums!.Sum(), 1e-4);
    }

    [Fact]
    public void Only_the_first_layer_inside_is_seen()
    {
        using Scope scope = new();
        SelfAttentionWatch watch = new();
        SelfAttentionWatch.See(Some(1), Some(2), Heads);
        using (watch.Open())
        {
        }
        SelfAttentionWatch.See(Some(1), Some(2), Heads);
        Assert.Null(watch.Sums);
        using (watch.Open())
            SelfAttentionWatch.See(Some(1), Some(2), Heads);
        float[] first = watch.Sums!;
        using (watch.Open())
            SelfAttentionWatch.See(Some(3), Some(4), Heads);
        Assert.Same(first, watch.Sums);
    }

    private static Tensor Some(ulong seed) => Tensor.Uniform([Pictures, Pixels, Heads * Width], seed, 3);

    private static float[] Expected(float[] query, float[] key, int picture)
    {
        float[] sums = new float[Pixels];
        for (int head = 0; head < Heads; head++)
            for (int from = 0; from < Pixels; from++)
            {
                double[] scores = [.. Enumerable.Range(0, Pixels).Select(to => Math.Exp(
                    Enumerable.Range(0, Width).Sum(i => query[At(from, i)] * key[At(to, i)]) / Math.Sqrt(Width)))];
                for (int to = 0; to < Pixels; to++)
                    sums[to] += (float)(scores[to] / scores.Sum() / Heads);

                int At(int pixel, int i) => (((picture * Pixels) + pixel) * Heads * Width) + (head * Width) + i;
            }
        return sums;
    }
}
