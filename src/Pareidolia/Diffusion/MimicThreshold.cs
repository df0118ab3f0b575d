using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>What values are measured from when they are scaled back.</summary>
public enum MimicCentre
{
    /// <summary>Each picture's and channel's mean.</summary>
    Mean,

    /// <summary>0.</summary>
    Zero,
}

/// <summary>
/// Strong guidance with the range of weaker guidance, for latents: the "dynamic thresholding" extension of the web UI and ComfyUI, after that of
/// Imagen (https://arxiv.org/abs/2205.11487), which is for pixels (<see cref="SampleBound"/>).
/// </summary>
/// <param name="Scale">The guidance whose range is imitated, at least 0.</param>
/// <param name="Percentile">The share, 0 to 1, of a picture's values that the range is read from; 1 is all of them.</param>
/// <param name="Share">Share, 0 to 1, of the result; the rest is plain guidance.</param>
/// <param name="Centre">What values are measured from.</param>
/// <param name="ByDeviation">The range is the standard deviation, not the largest distance.</param>
/// <param name="EachChannel">Each picture's channels have ranges of their own, or else all pictures and channels one.</param>
public sealed record MimicThreshold(double Scale, double Percentile = 1, double Share = 1, MimicCentre Centre = MimicCentre.Mean,
    bool ByDeviation = false, bool EachChannel = true)
{
    /// <summary>Guides between two estimates of the clean picture [b, h, w, c].</summary>
    internal Tensor Guide(Tensor unguided, Tensor prompted, double guidance)
    {
        float[] start = unguided.ToArray(), end = prompted.ToArray();
        int channels = unguided.Shape[-1], pixels = unguided.Shape[1] * unguided.Shape[2];
        Channel[] parts = [.. from picture in Enumerable.Range(0, unguided.Shape[0]) from channel in Enumerable.Range(0, channels)
                              select new Channel(start, end, (picture * pixels * channels) + channel, channels, pixels, Scale, guidance)];
        float[] result = new float[start.Length];
        if (EachChannel)
            foreach (Channel part in parts)
                part.Write(result, this, Range(part.Mimicked), Reach(part.Guided));
        else
        {
            (double range, double reach) = (Range([.. parts.SelectMany(part => part.Mimicked)]), Reach([.. parts.SelectMany(part => part.Guided)]));
            foreach (Channel part in parts)
                part.Write(result, this, range, reach);
        }
        return Tensor.From(result, unguided.Shape, unguided.Device);
    }

    private double Range(double[] mimicked) => ByDeviation ? Deviation(mimicked) : mimicked.Max(Math.Abs);

    private double Reach(double[] guided) => ByDeviation ? Deviation(guided) : Quantile([.. guided.Select(Math.Abs).Order()], Percentile);

    private double Scaled(double centred, double mean, double range, double reach)
    {
        if (Centre == MimicCentre.Zero)
            return (centred + mean) * range / reach;
        double most = ByDeviation ? reach : Math.Max(range, reach);
        double kept = ByDeviation ? centred : Math.Clamp(centred, -most, most);
        return kept / most * range + mean;
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int low = (int)place, high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
    }

    // One channel of one picture under both guidances, each less its mean.
    private sealed class Channel
    {
        private readonly int _first, _stride;
        private readonly double _mean;

        public Channel(float[] start, float[] end, int first, int stride, int count, double mimic, double guidance)
        {
            (_first, _stride) = (first, stride);
            (Mimicked, _) = Centred(mimic);
            (Guided, _mean) = Centred(guidance);

            (double[], double) Centred(double scale)
            {
                double[] values = [.. Enumerable.Range(0, count).Select(i => first + i * stride).Select(i => start[i] + ((double)end[i] - start[i]) * scale)];
                double mean = values.Average();
                return (Array.ConvertAll(values, value => value - mean), mean);
            }
        }

        public double[] Mimicked { get; }

        public double[] Guided { get; }

        public void Write(float[] result, MimicThreshold rule, double range, double reach)
        {
            for (int i = 0; i < Guided.Length; i++)
                result[_first + i * _stride] = (float)(
                    rule.Share * rule.Scaled(Guided[i], _mean, range, reach) + (1 - rule.Share) * (Guided[i] + _mean));
        }
    }
}
