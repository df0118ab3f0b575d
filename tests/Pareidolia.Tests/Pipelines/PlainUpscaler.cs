namespace Pareidolia.Tests.Pipelines;

/// <summary>
/// The upscalers of the ESRGAN family once more, from their authors' description: plain loops over [channel][row][column], apart from the engine.
/// Weights under BasicSR's names, [out, in, 3, 3].
/// </summary>
internal sealed class PlainUpscaler(IReadOnlyDictionary<string, float[]> weights)
{
    /// <summary>RRDB: h and w must be multiples of <paramref name="fold"/>.</summary>
    public double[][][] Rrdb(double[][][] picture, int blocks, int doublings, int fold)
    {
        double[][][] first = Conv("conv_first", Folded(picture, fold)), x = first;
        for (int i = 0; i < blocks; i++)
        {
            double[][][] y = x;
            for (int dense = 1; dense <= 3; dense++)
                y = Sum(Dense($"body.{i}.rdb{dense}", y), y, 0.2);
            x = Sum(y, x, 0.2);
        }
        x = Sum(Conv("conv_body", x), first, 1);
        for (int i = 1; i <= doublings; i++)
            x = Each(Conv($"conv_up{i}", Repeated(x, 2)), Leaky);
        return Conv("conv_last", Each(Conv("conv_hr", x), Leaky));
    }

    /// <summary>The compact network.</summary>
    public double[][][] Compact(double[][][] picture, int layers, int scale)
    {
        double[][][] x = picture;
        for (int i = 0; i <= layers; i++)
        {
            x = Conv($"body.{2 * i}", x);
            float[] slopes = weights[$"body.{2 * i + 1}.weight"];
            x = [.. x.Select((channel, c) => channel.Select(row => row.Select(v => v > 0 ? v : v * slopes[c]).ToArray()).ToArray())];
        }
        return Sum(Unfolded(Conv($"body.{2 * layers + 2}", x), scale), Repeated(picture, scale), 1);
    }

    private static double Leaky(double x) => x > 0 ? x : 0.2 * x;

    private double[][][] Dense(string name, double[][][] x)
    {
        double[][][] seen = x;
        for (int i = 1; i <= 4; i++)
            seen = [.. seen, .. Each(Conv($"{name}.conv{i}", seen), Leaky)];
        return Conv($"{name}.conv5", seen);
    }

    private double[][][] Conv(string name, double[][][] x)
    {
        float[] weight = weights[$"{name}.weight"], bias = weights[$"{name}.bias"];
        (int inputs, int h, int w) = (x.Length, x[0].Length, x[0][0].Length);
        return Made(bias.Length, h, w, (o, row, column) =>
        {
            double sum = bias[o];
            for (int i = 0; i < inputs; i++)
                for (int dy = -1; dy <= 1; dy++)
                    for (int dx = -1; dx <= 1; dx++)
                        if (row + dy >= 0 && row + dy < h && column + dx >= 0 && column + dx < w)
                            sum += weight[(((o * inputs) + i) * 9) + ((dy + 1) * 3) + dx + 1] * x[i][row + dy][column + dx];
            return sum;
        });
    }

    private static double[][][] Sum(double[][][] a, double[][][] b, double share) =>
        Made(a.Length, a[0].Length, a[0][0].Length, (c, y, x) => (share * a[c][y][x]) + b[c][y][x]);

    private static double[][][] Each(double[][][] x, Func<double, double> map) => Made(x.Length, x[0].Length, x[0][0].Length, (c, row, column) => map(x[c][row][column]));

    private static double[][][] Repeated(double[][][] x, int times) =>
        Made(x.Length, times * x[0].Length, times * x[0][0].Length, (c, row, column) => x[c][row / times][column / times]);

    // Channels in the order (channel, row, column) of the pixels of a square.
    private static double[][][] Folded(double[][][] x, int n) =>
        Made(x.Length * n * n, x[0].Length / n, x[0][0].Length / n, (c, row, column) => x[c / (n * n)][(row * n) + (c / n % n)][(column * n) + (c % n)]);

    private static double[][][] Unfolded(double[][][] x, int n) =>
        Made(x.Length / (n * n), x[0].Length * n, x[0][0].Length * n, (c, row, column) => x[(c * n * n) + (row % n * n) + (column % n)][row / n][column / n]);

    private static double[][][] Made(int channels, int h, int w, Func<int, int, int, double> value) =>
        [.. Enumerable.Range(0, channels).Select(c => Enumerable.Range(0, h).Select(y => Enumerable.Range(0, w).Select(x => value(c, y, x)).ToArray()).ToArray())];
}
