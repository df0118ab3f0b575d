using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

internal static partial class KernelCases
{
    private static ConvolutionShape[] ConvolutionShapes =>
    [
        new("1x1", [2, 3, 5, 7], 9, new ConvGeometry(1, 1)),
        new("3x3", [2, 7, 9, 33], 17, Padded(3, 1)),
        new("3x3 of 1", [1, 5, 5, 1], 3, Padded(3, 1)),
        new("3x3 to 1", [1, 5, 5, 16], 1, Padded(3, 1)),
        new("3x3 tiny", [1, 1, 1, 3], 3, Padded(3, 1)),
        new("strided", [2, 9, 8, 5], 7, Padded(3, 1) with { StrideH = 2, StrideW = 2 }),
        new("4x4 strided", [1, 8, 8, 7], 33, Padded(4, 1) with { StrideH = 2, StrideW = 2 }),
        new("uneven", [1, 7, 9, 3], 5, new ConvGeometry(2, 5, 2, 3, 2, 1, Top: 1, Right: 3)),
        new("grouped", [2, 5, 6, 12], 18, Padded(3, 1) with { Groups = 3 }),
        new("depthwise", [1, 6, 5, 33], 33, Padded(3, 1) with { Groups = 33 }),
        new("depthwise times 2", [1, 6, 5, 7], 14, Padded(3, 1) with { Groups = 7 }),
        new("patches", [2, 8, 8, 3], 20, new ConvGeometry(4, 4, 4, 4)),
        new("sequence", [2, 1, 33, 6], 10, new ConvGeometry(1, 3, Left: 1, Right: 1)),
        new("nothing", [0, 5, 5, 3], 4, Padded(3, 1)),
        new("wide", [1, 2, 33, 64], 96, Padded(3, 1)),
    ];

    private static ConvolutionShape[] LargeConvolutionShapes =>
    [
        new("1x1", [2, 33, 32, 64], 129, new ConvGeometry(1, 1)), new("3x3", [2, 32, 31, 40], 56, Padded(3, 1)),
        new("blocks of taps", [1, 33, 32, 300], 50, Padded(3, 1)), new("dilated", [1, 37, 35, 17], 9, Padded(3, 2) with { DilationH = 2, DilationW = 2 }),
        new("grouped by 16", [1, 33, 35, 48], 33, Padded(3, 1) with { Groups = 3 }),
        new("strided", [2, 64, 64, 24], 32, Padded(3, 1) with { StrideH = 2, StrideW = 2 }),
        new("grouped", [1, 32, 32, 32], 64, Padded(3, 1) with { Groups = 4 }),
        new("depthwise", [2, 32, 32, 64], 64, Padded(3, 1) with { Groups = 64 }), new("first", [4, 64, 64, 3], 32, Padded(3, 1)),
        new("last", [4, 64, 64, 32], 3, Padded(3, 1)), new("patches", [4, 64, 64, 3], 64, new ConvGeometry(8, 8, 8, 8)),
    ];

    private static ConvolutionShape[] WinogradShapes =>
    [
        new("eight windows", [8, 4, 4, 32], 32, Padded(3, 1)), new("odd", [2, 7, 9, 33], 40, Padded(3, 1)),
        new("chunks", [3, 8, 5, 129], 70, Padded(3, 1)), new("no padding", [2, 9, 8, 64], 64, Padded(3, 0)),
        new("uneven padding", [2, 6, 7, 48], 33, new ConvGeometry(3, 3, Top: 2, Bottom: 1, Left: 0, Right: 2)),
        new("nothing", [0, 8, 8, 32], 32, Padded(3, 1)), new("shared kernels", [36, 6, 6, 129], 49, Padded(3, 1)),
    ];

    private static ConvolutionShape[] LargeWinogradShapes =>
    [
        new("wide", [2, 32, 31, 64], 200, Padded(3, 1)), new("deep", [2, 8, 8, 330], 330, Padded(3, 1)),
        new("shared kernels", [2, 33, 31, 330], 130, Padded(3, 1)),
    ];

    private static NormShape[] NormShapes =>
    [
        new(1, 1, 1, 1), new(7, 1, 33, 1), new(33, 1, 129, 1), new(2, 35, 32, 8), new(1, 9, 33, 3), new(3, 1, 4, 4), new(2, 7, 66, 2),
        new(0, 1, 7, 1), new(1, 129, 7, 7),
        new(2, 3, 128, 32), new(5, 1, 1024, 1),
    ];

    private static Shape[] PictureShapes => [[2, 7, 9, 3], [1, 8, 8, 33], [1, 3, 129, 1], [3, 5, 4, 16], [0, 5, 5, 3]];

    private static ConvGeometry Padded(int kernel, int padding) =>
        new(kernel, kernel, Top: padding, Bottom: padding, Left: padding, Right: padding);

    private static IEnumerable<KernelCase> Convolutions(ConvolutionShape[] shapes)
    {
        foreach (ConvolutionShape s in shapes)
        {
            string name = $"{s.Name} {s.X} to {s.Outputs}";
            double forward = Math.Sqrt(s.W.Count / Math.Max(1, s.Outputs)) / 3, weights = Math.Sqrt(s.Y.Count / s.Outputs) / 3;
            yield return new($"conv {name}", k => [Convolution(k, s, _ => default)], Rounding, forward);
            yield return new($"conv epilogues {name}", k => [.. ConvolutionEpilogues(k, s)], Rounding, forward);
            yield return new($"conv input gradient {name}", k => [.. InputGradients(k, s)], Rounding, forward);
            yield return new($"conv weight gradient {name}", k => [WeightGradient(k, s)], Rounding, weights);
        }
    }

    // Rounding grows with the transforms' factors, up to 100.
    private static IEnumerable<KernelCase> Winograds(ConvolutionShape[] shapes)
    {
        foreach (ConvolutionShape s in shapes)
        {
            double forward = Math.Sqrt(s.W.Count / s.Outputs) / 3;
            yield return new($"winograd {s.Name}", k => Approximated(() => [Convolution(k, s, _ => default)]), WinogradRounding, forward);
            yield return new($"winograd epilogues {s.Name}", k => Approximated(() => ConvolutionEpilogues(k, s)), WinogradRounding, forward);
            yield return new($"winograd input gradient {s.Name}", k => Approximated(() => InputGradients(k, s)), WinogradRounding, forward);
        }
    }

    private static Operand[] Approximated(Func<IEnumerable<Operand>> run)
    {
        using Approximation fast = new();
        return [.. run()];
    }

    private static Operand Convolution(KernelInputs k, ConvolutionShape s, Func<Operand, Epilogue> epilogue)
    {
        Operand y = k.Output(s.Y);
        k.Device.Conv2d(k.Uniform(s.X), k.Uniform(s.W), y, s.Geometry, epilogue(y));
        return y;
    }

    private static IEnumerable<Operand> ConvolutionEpilogues(KernelInputs k, ConvolutionShape s)
    {
        Operand Bias() => k.Uniform([s.Outputs]);
        Operand ImageBias() => k.Uniform([s.X[0], s.Outputs]);
        foreach (Activation activation in Enum.GetValues<Activation>())
            yield return Convolution(k, s, y => new Epilogue(Bias(), ImageBias(), k.Uniform(y.Shape), activation));
        yield return Convolution(k, s, y => new Epilogue(ImageBias: ImageBias(), Alpha: 0.5f));
        yield return Convolution(k, s, y => new Epilogue(Residual: k.Uniform(y.Shape)));
        yield return Convolution(k, s, y =>
        {
            k.Device.Fill(y, 0.25);
            return new Epilogue(Accumulate: true);
        });
    }

    private static IEnumerable<Operand> InputGradients(KernelInputs k, ConvolutionShape s)
    {
        foreach (bool biased in (bool[])[false, true])
        {
            Operand dx = k.Output(s.X);
            Epilogue epilogue = biased ? new Epilogue(k.Uniform([s.X[3]])) : default;
            k.Device.Conv2dInputGradient(k.Uniform(s.Y), k.Uniform(s.W), dx, s.Geometry, epilogue);
            yield return dx;
        }
    }

    private static Operand WeightGradient(KernelInputs k, ConvolutionShape s)
    {
        Operand dw = k.Output(s.W);
        k.Device.Conv2dWeightGradient(k.Uniform(s.X), k.Uniform(s.Y), dw, s.Geometry);
        return dw;
    }

    private static IEnumerable<KernelCase> Norms(NormShape[] shapes)
    {
        foreach (NormShape s in shapes)
            yield return new($"norm moments {s}", k => Moments(k, s), 2 * Rounding);
        foreach (NormShape s in shapes)
            foreach ((bool affine, bool keepMean, Activation activation) in NormKinds)
            {
                NormSettings settings = new(s.Groups, 1e-3f, activation, keepMean);
                string name = $"{s} {(affine ? "affine" : "plain")} {(keepMean ? "rms" : "mean")} {activation}";
                yield return new($"norm {name}", k => Normalised(k, s, settings, affine), 2 * Rounding);
                yield return new($"norm by known stats {name}", k => NormalisedBy(k, s, settings with { Known = true }, affine), 2 * Rounding);
                double sums = Math.Sqrt(s.Images * s.Positions);
                yield return new($"norm gradient {name}", k => NormGradient(k, s, settings, affine), 4 * Rounding, sums);
            }
    }

    private static (bool Affine, bool KeepMean, Activation Activation)[] NormKinds =>
    [
        (true, false, Activation.None), (true, false, Activation.Silu), (false, false, Activation.Gelu), (true, true, Activation.None),
        (false, true, Activation.QuickGelu),
    ];

    private static Operand[] Normalised(KernelInputs k, NormShape s, NormSettings settings, bool affine)
    {
        Operand y = k.Output(s.X), stats = k.Output([s.Images, s.Groups, 2]), x = k.Uniform(s.X, -1, 3);
        (Operand gamma, Operand beta) = affine ? (k.Uniform([s.Channels]), k.Uniform([s.Channels])) : default;
        k.Device.Norm(x, gamma, beta, y, stats, settings);
        return [y, stats];
    }

    private static Operand[] NormalisedBy(KernelInputs k, NormShape s, NormSettings settings, bool affine)
    {
        Operand y = k.Output(s.X), x = k.Uniform(s.X, -1, 3), stats = k.Uniform([s.Images, s.Groups, 2], 0.5f, 2);
        (Operand gamma, Operand beta) = affine ? (k.Uniform([s.Channels]), k.Uniform([s.Channels])) : default;
        k.Device.Norm(x, gamma, beta, y, stats, settings);
        return [y, stats];
    }

    private static Operand[] Moments(KernelInputs k, NormShape s)
    {
        Operand moments = k.Output([s.Images, s.Groups, 2]);
        k.Device.NormMoments(k.Uniform(s.X, -1, 3), moments, s.Groups);
        return [moments];
    }

    private static Operand[] NormGradient(KernelInputs k, NormShape s, NormSettings settings, bool affine)
    {
        Operand stats = k.Output([s.Images, s.Groups, 2]), dx = k.Output(s.X), x = k.Uniform(s.X, -1, 3);
        (Operand gamma, Operand beta) = affine ? (k.Uniform([s.Channels]), k.Uniform([s.Channels])) : default;
        Backend.Reference.Norm(x, gamma, beta, k.Output(s.X), stats, settings);
        (Operand dgamma, Operand dbeta) = affine ? (k.Output([s.Channels]), k.Output([s.Channels])) : default;
        k.Device.NormGradient(new(x, gamma, beta, stats, k.Uniform(s.X), dx, dgamma, dbeta), settings);
        return affine ? [dx, dgamma, dbeta] : [dx];
    }

    private static IEnumerable<KernelCase> Pictures(Shape[] shapes)
    {
        foreach (Shape x in shapes)
        {
            foreach (ConvGeometry window in (ConvGeometry[])[new(2, 2, 2, 2), Padded(3, 1) with { StrideH = 2 }])
            {
                yield return new($"max pool {x} by {window.KernelH}", k => MaxPool(k, k.Uniform(x), window));
                yield return new($"max pool of equals {x} by {window.KernelH}", k => MaxPool(k, k.Coarse(x), window));
                yield return new($"max pool of NaN {x} by {window.KernelH}", k => MaxPool(k, Holed(k.Coarse(x)), window), Rounding);
                yield return new($"avg pool {x} by {window.KernelH}", k => AvgPool(k, x, window), Rounding);
            }
            foreach (Interpolation mode in Enum.GetValues<Interpolation>())
                foreach (int size in (int[])[1, 3, 17])
                {
                    ResampleTable table = ResampleTables.Of(x[1], size, mode, false, false);
                    yield return new($"resample {x} {mode} to {size}", k => [.. Resampled(k, x, table)], Rounding);
                }
            for (int kind = 0; kind < 8; kind++)
            {
                GridSampleSettings settings = new((kind & 1) != 0, (kind & 2) != 0, (kind & 4) != 0);
                yield return new($"grid sample {x} {kind}", k => GridSampled(k, x, settings), Rounding, 1);
            }
        }
    }

    // Every fifth element is not a number.
    private static Operand Holed(Operand x)
    {
        for (int i = 0; i < x.Count; i += 5)
            x.Floats[i] = float.NaN;
        return x;
    }

    private static Operand[] MaxPool(KernelInputs k, Operand x, ConvGeometry window)
    {
        Shape pooled = Pooled(x.Shape, window);
        Operand y = k.Output(pooled), dx = k.Output(x.Shape), known = k.Output(pooled);
        k.Device.MaxPool(x, y, window);
        Backend.Reference.MaxPool(x, known, window);
        // Whole numbers: their sums are exact.
        k.Device.MaxPoolGradient(x, known, k.Coarse(pooled), dx, window);
        return [y, dx];
    }

    private static Operand[] AvgPool(KernelInputs k, Shape x, ConvGeometry window)
    {
        Operand y = k.Output(Pooled(x, window)), dx = k.Output(x);
        k.Device.AvgPool(k.Uniform(x), y, window);
        k.Device.AvgPoolGradient(k.Uniform(y.Shape), dx, window);
        return [y, dx];
    }

    private static Shape Pooled(Shape x, ConvGeometry window) => [x[0], window.OutH(x[1]), window.OutW(x[2]), x[3]];

    private static IEnumerable<Operand> Resampled(KernelInputs k, Shape x, ResampleTable table)
    {
        Operand y = k.Output(x.With(1, table.Outputs)), dx = k.Output(x);
        k.Device.Resample(k.Uniform(x), y, table, x[0], x[2] * x[3]);
        k.Device.ResampleGradient(k.Uniform(y.Shape), dx, table, x[0], x[2] * x[3]);
        return [y, dx];
    }

    private static Operand[] GridSampled(KernelInputs k, Shape x, GridSampleSettings settings)
    {
        Operand picture = k.Uniform(x), grid = k.Uniform([x[0], 5, 7, 2], -1.5f, 1.5f), y = k.Output([x[0], 5, 7, x[3]]);
        Operand dx = k.Output(x), dgrid = k.Output(grid.Shape);
        k.Device.GridSample(picture, grid, y, settings);
        k.Device.GridSampleGradient(picture, grid, k.Uniform(y.Shape), dx, dgrid, settings);
        return [y, dx, dgrid];
    }

    private static IEnumerable<KernelCase> Optimisers(int[] counts)
    {
        for (int kind = 0; kind < 4; kind++)
        {
            AdamSettings settings = new(0.01, 0.9, 0.999, 1e-8, kind == 0 ? 0 : 0.1, (kind & 1) != 0, Step: 1 + kind, GradientScale: 0.5);
            bool amsgrad = kind >= 2;
            yield return new($"adam {kind}", k => [.. counts.SelectMany(count => Adam(k, count, settings, amsgrad))], Rounding);
        }
    }

    private static Operand[] Adam(KernelInputs k, int count, AdamSettings settings, bool amsgrad)
    {
        Operand p = k.Uniform([count]), m = k.Uniform([count], -0.1f, 0.1f), v = k.Uniform([count], 0.01f, 0.1f);
        Operand vmax = amsgrad ? k.Uniform([count], 0.01f, 0.1f) : default;
        k.Device.AdamStep(p, k.Uniform([count]), m, v, vmax, settings);
        return amsgrad ? [p, m, v, vmax] : [p, m, v];
    }

    internal sealed record ConvolutionShape(string Name, Shape X, int Outputs, ConvGeometry Geometry)
    {
        public Shape W => [Outputs, Geometry.KernelH, Geometry.KernelW, X[3] / Geometry.Groups];
        public Shape Y => [X[0], Geometry.OutH(X[1]), Geometry.OutW(X[2]), Outputs];
    }

    internal sealed record NormShape(int Images, int Positions, int Channels, int Groups)
    {
        public Shape X => [Images, Positions, Channels];
    }
}
