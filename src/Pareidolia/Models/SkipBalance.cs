// https://arxiv.org/abs/2309.11497
using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>How the way up of a UNet weighs one level.</summary>
/// <param name="Body">Factor of the first half of what comes from below.</param>
/// <param name="Skip">Factor of the slowest waves of the skip connection.</param>
internal readonly record struct SkipWeights(double Body, double Skip);

/// <summary>
/// FreeU: on its way up a UNet hears more of what comes from below, and less of the slow waves of its skip connections; in the two levels with four and
/// two times its first channels.
/// </summary>
/// <param name="Deep">The level of four times the first channels.</param>
/// <param name="Shallow">That of two times.</param>
/// <param name="FollowsMean">Whether what comes from below is weighed pixel by pixel, by its mean over channels (the second version).</param>
internal sealed record SkipBalance(SkipWeights Deep, SkipWeights Shallow, bool FollowsMean)
{
    /// <summary>Both inputs of a residual block [b, h, w, c], weighed.</summary>
    /// <param name="x">From below.</param>
    /// <param name="skip">The skip connection.</param>
    /// <param name="first">Channels of the network's first level.</param>
    public (Tensor X, Tensor Skip) Weigh(Tensor x, Tensor skip, int first)
    {
        SkipWeights? weights = x.Shape[3] == 4 * first ? Deep : x.Shape[3] == 2 * first ? Shallow : null;
        if (weights is not SkipWeights found)
            return (x, skip);
        int half = x.Shape[3] / 2;
        Tensor body = FollowsMean ? x.Slice(3, 0, half) * Relative(x).Affine((float)(found.Body - 1), 1) : x.Slice(3, 0, half).Scale((float)found.Body);
        return (Tensor.Concat(3, body, x.Slice(3, half, x.Shape[3] - half)), skip + SlowWaves(skip).Scale((float)(found.Skip - 1)));
    }

    // The mean over channels, from 0 at its smallest pixel to 1 at its largest [b, h, w, 1].
    private static Tensor Relative(Tensor x)
    {
        Tensor mean = x.Mean(3, keep: true), flat = mean.Reshape(mean.Shape[0], mean.Shape[1] * mean.Shape[2]);
        Tensor least = flat.Min(1, keep: true).Reshape(mean.Shape[0], 1, 1, 1), most = flat.Max(1, keep: true).Reshape(mean.Shape[0], 1, 1, 1);
        return (mean - least) / (most - least);
    }

    /// <summary>
    /// What of pictures [b, h, w, c] lies in the frequencies 0 and -1 of each axis: the four in the middle of a shifted Fourier transform, its real part.
    /// </summary>
    internal static Tensor SlowWaves(Tensor x)
    {
        (int b, int h, int w, int c) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        Tensor down = Waves(h, x.Device), across = Waves(w, x.Device);                                  // [3, h], [3, w]
        Tensor rows = down.MatMul(x.Reshape(b, h, w * c)).Reshape(b * 3, w, c);
        float[] shares = across.MatMul(rows).ToArray();                                                 // [b, 3, 3, c]
        for (int i = 0; i < b; i++)
            Turn(shares.AsSpan(9 * c * i, 9 * c), c);
        Tensor turned = Tensor.From(shares, [b * 3, 3, c], x.Device).Scale(1f / (h * w));
        Tensor wide = across.MatMul(turned, transposeThis: true).Reshape(b, 3, w * c);
        return down.MatMul(wide, transposeThis: true).Reshape(b, h, w, c);
    }

    // 1, cosine and sine of one wave; of a single pixel there is only the mean.
    private static Tensor Waves(int length, Backend device)
    {
        float[] waves = new float[3 * length];
        for (int i = 0; i < length; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * i / length);
            (waves[i], waves[length + i], waves[(2 * length) + i]) = (1, length == 1 ? 0 : (float)cosine, length == 1 ? 0 : (float)sine);
        }
        return Tensor.From(waves, [3, length], device);
    }

    // cos(a + b) = cos a cos b - sin a sin b: of the products of the shares of a wave down and one across, those that the second term has.
    private static void Turn(Span<float> shares, int c)
    {
        for (int k = 0; k < c; k++)
        {
            (float cc, float cs, float sc, float ss) = (shares[(4 * c) + k], shares[(5 * c) + k], shares[(7 * c) + k], shares[(8 * c) + k]);
            (shares[(4 * c) + k], shares[(8 * c) + k]) = (cc - ss, ss - cc);
            (shares[(5 * c) + k], shares[(7 * c) + k]) = (cs + sc, sc + cs);
        }
    }
}
