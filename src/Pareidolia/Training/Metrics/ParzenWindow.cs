using Pareidolia.Tensors;

namespace Pareidolia.Training.Metrics;

/// <summary>A Parzen-window estimate.</summary>
/// <param name="LogLikelihood">Mean log-likelihood of a test picture, in nats.</param>
/// <param name="StandardError">Standard error of that mean.</param>
/// <param name="Sigma">The width of the window that the validation pictures chose.</param>
public sealed record ParzenEstimate(double LogLikelihood, double StandardError, double Sigma);

/// <summary>
/// How likely real pictures are under normal distributions around drawn ones (https://arxiv.org/abs/1406.2661, section 5, with the width chosen on
/// validation pictures among ten from 0.1 to 1): the measure that the first GAN papers report. Pixels count from 0 to 1.
/// </summary>
public static class ParzenWindow
{
    private const int Widths = 10;

    /// <summary>Estimates the log-likelihood of test pictures [m, d] from drawn ones [n, d], all in 0..1.</summary>
    public static ParzenEstimate Estimate(Tensor drawn, Tensor validation, Tensor test)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(test);
        double[] widths = [.. Enumerable.Range(0, Widths).Select(i => Math.Pow(10, (i / (Widths - 1.0)) - 1))];
        double sigma = widths.MaxBy(width => LogLikelihoods(drawn, validation, width).Average());
        double[] each = LogLikelihoods(drawn, test, sigma);
        double mean = each.Average();
        return new ParzenEstimate(mean, Math.Sqrt(each.Average(value => (value - mean) * (value - mean)) / each.Length), sigma);
    }

    // log of the mean over drawn s of N(x; s, sigma^2), for each x.
    private static double[] LogLikelihoods(Tensor drawn, Tensor pictures, double sigma)
    {
        (int n, int d) = (drawn.Shape[0], drawn.Shape[1]);
        double constant = Math.Log(n) + (d / 2.0 * Math.Log(2 * Math.PI * sigma * sigma));
        using Scope outer = new();
        Tensor lengths = drawn.Square().Sum(1);                                         // [n]
        List<double> all = [];
        for (int at = 0; at < pictures.Shape[0]; at += DrawnPictures.Batch)
        {
            using Scope scope = new();
            Tensor x = pictures.Slice(0, at, Math.Min(DrawnPictures.Batch, pictures.Shape[0] - at));
            Tensor squares = x.Square().Sum(1, keep: true) + lengths - (x.MatMul(drawn, transposeOther: true) * 2);    // [b, n]
            all.AddRange((squares * (float)(-0.5 / (sigma * sigma))).LogSumExp(1).ToArray().Select(value => value - constant));
        }
        return [.. all];
    }
}
