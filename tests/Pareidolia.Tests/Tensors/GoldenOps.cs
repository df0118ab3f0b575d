using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Tensors;

/// <summary>Every op of the golden cases, computed with the engine.</summary>
internal static class GoldenOps
{
    public static IReadOnlyDictionary<string, GoldenOp> Known { get; } = new Dictionary<string, GoldenOp>
    {
        ["act"] = Plain(run => [Activated(run.Config.GetProperty("activation").GetString()!, run["x"])]),
        ["activations"] = Plain(run => [.. run.Names("order").Select(name => Activated(name, run["x"]))]),
        ["geglu"] = Plain(run => [run["x"].Geglu()]),
        ["softmax"] = Plain(run => [run["x"].Softmax()]),
        ["log-softmax"] = Plain(run => [run["x"].LogSoftmax()]),
        ["linear"] = Plain(run => [run["x"].Linear(run["weight"], run.Optional("bias"))]),
        ["matmul-broadcast"] = Plain(run => [run["a"].MatMul(run["b"])]),
        ["layer-norm"] = Plain(run => [run["x"].LayerNorm(run.Optional("weight"), run.Optional("bias"), run.Number("eps"))]),
        ["rms-norm"] = Plain(run => [run["x"].RmsNorm(run["weight"], run.Number("eps"))]),
        ["embedding"] = Plain(run => [run["weight"].Embedding(run.Ids("ids"))]),
        ["reductions"] = Plain(run => [.. run.Names("order").Select(name => Reduced(name, run["x"], (int)run.Number("axis")))]),
        ["mse-l1-huber"] = Plain(run => [.. run.Names("losses").Select(name => Loss(name, run))]),
        ["bce-with-logits"] = Plain(BinaryCrossEntropy),
        ["cross-entropy"] = Plain(run =>
            [run["x"].CrossEntropyLoss(run.Ids("target"), (int)run.Number("ignore_index"), run.Number("label_smoothing"))]),
        ["clip-infonce"] = Plain(run => [Tensor.InfoNceLoss(run["image"], run["text"], run["logit_scale"])]),
        ["vae-kl-reparam"] = Plain(run =>
            [run["mu"] + (0.5f * run["logvar"]).Exp() * run["eps"], Tensor.KlToStandardNormal(run["mu"], run["logvar"])]),
        ["attention"] = new(Layout.Heads, run => [Attention(run)]),
        ["conv1d"] = Pictures(run => [Convolution1d(run)]),
        ["conv2d"] = Pictures(run => [run["x"].Conv2d(run["weight"], run.Optional("bias"), WindowOf(run))]),
        ["conv-transpose2d"] = Pictures(TransposedConvolution),
        ["max-pool2d"] = Pictures(run => [run["x"].MaxPool2d(Kernel(run), Kernel(run))]),
        ["avg-pool2d"] = Pictures(run => [run["x"].AvgPool2d(Kernel(run), Kernel(run))]),
        ["group-norm"] = Pictures(run => [run["x"].GroupNorm((int)run.Number("groups"), run["weight"], run["bias"], run.Number("eps"))]),
        ["batch-norm"] = Pictures(BatchNorm),
        ["interpolate"] = Pictures(Interpolated),
        ["pad-modes"] = Pictures(run => [.. run.Names("modes").Select(mode => Padded(run, mode))]),
        ["pixel-shuffle"] = Pictures(run =>
            [run["x"].PixelShuffle((int)run.Number("factor")), run["x"].PixelUnshuffle((int)run.Number("factor"))]),
        ["grid-sample"] = Pictures(run => [.. run.Names("order").Select(name => GridSampled(run, name))]),
        ["resnet-block"] = Pictures(ResidualBlock),
    };

    private static GoldenOp Plain(Func<GoldenOpRun, Tensor[]> compute) => new(Layout.Plain, compute);

    private static GoldenOp Pictures(Func<GoldenOpRun, Tensor[]> compute) => new(Layout.ChannelsLast, compute);

    private static Tensor Activated(string name, Tensor x) => name switch
    {
        "silu" => x.Silu(),
        "gelu" => x.Gelu(),
        "gelu-tanh" => x.GeluTanh(),
        "quick-gelu" => x.QuickGelu(),
        "relu" => x.Relu(),
        "leaky-relu-0.2" => x.LeakyRelu(),
        "tanh" => x.Tanh(),
        "sigmoid" => x.Sigmoid(),
        "softplus" => x.Softplus(),
        "mish" => x.Mish(),
        "elu" => x.Elu(),
        "hardswish" => x.HardSwish(),
        _ => throw new NotSupportedException($"activation {name}"),
    };

    private static Tensor Reduced(string name, Tensor x, int axis) => name switch
    {
        "mean" => x.Mean(axis),
        "var_unbiased" => x.Variance(axis),
        "std_unbiased" => x.Variance(axis).Sqrt(),
        "amax" => x.Max(axis),
        "logsumexp" => x.LogSumExp(axis),
        "cumsum" => x.CumSum(axis),
        "cumprod" => x.CumProd(axis),
        _ => throw new NotSupportedException($"reduction {name}"),
    };

    private static Tensor Loss(string name, GoldenOpRun run) => name switch
    {
        "mse" => run["x"].MseLoss(run["target"]),
        "l1" => run["x"].L1Loss(run["target"]),
        "smooth_l1" => run["x"].SmoothL1Loss(run["target"], run.Number("smooth_l1_beta")),
        "huber" => run["x"].HuberLoss(run["target"], run.Number("huber_delta")),
        _ => throw new NotSupportedException($"loss {name}"),
    };

    private static Tensor[] BinaryCrossEntropy(GoldenOpRun run)
    {
        Tensor each = run["x"].BinaryCrossEntropyWithLogits(run["target"]);
        return [.. run.Names("reduction").Select(reduction => reduction == "mean" ? each.Mean() : each)];
    }

    private static Tensor Attention(GoldenOpRun run)
    {
        string? mask = run.Config.GetProperty("mask").GetString();
        Tensor? bias = mask is null or "causal" ? null : run["mask", Layout.Plain];
        int heads = run.Golden.Inputs["q"].Shape[1];
        return Tensor.Attention(run["q"], run["k"], run["v"], heads, run.Number("scale"), mask == "causal", bias);
    }

    private static Window WindowOf(GoldenOpRun run)
    {
        ((int sh, int sw), (int ph, int pw), (int dh, int dw)) = (run.Pair("stride", 1), run.Pair("padding", 0), run.Pair("dilation", 1));
        return new Window(sh, sw, ph, ph, pw, pw, dh, dw, (int)run.Number("groups", 1));
    }

    private static Tensor Convolution1d(GoldenOpRun run)
    {
        Window window = WindowOf(run);
        return run["x"].Conv1d(run["weight"], run.Optional("bias"), window.StrideW, window.Left, window.DilationW, window.Groups);
    }

    private static Tensor[] TransposedConvolution(GoldenOpRun run)
    {
        (int h, int w) = run.Pair("output_padding", 0);
        return [run["x"].ConvTranspose2d(run["weight"], run.Optional("bias"), WindowOf(run), h, w)];
    }

    private static int Kernel(GoldenOpRun run) => (int)run.Number("kernel_size");

    private static Tensor[] BatchNorm(GoldenOpRun run) =>
    [
        run["x"].BatchNorm(
            run["weight"], run["bias"], run["running_mean"], run["running_var"],
            run.Flag("training"), run.Number("momentum"), run.Number("eps")),
    ];

    private static Tensor[] Interpolated(GoldenOpRun run)
    {
        Interpolation mode = Enum.Parse<Interpolation>(run.Config.GetProperty("mode").GetString()!, ignoreCase: true);
        float factor = run.Number("scale_factor", 1);
        (int h, int w) = run.Config.TryGetProperty("size", out _)
            ? run.Pair("size", 0)
            : ((int)(run["x"].Shape[1] * factor), (int)(run["x"].Shape[2] * factor));
        return [run["x"].Interpolate(h, w, mode, run.Flag("align_corners"), run.Flag("antialias"))];
    }

    private static Tensor Padded(GoldenOpRun run, string mode)
    {
        int[] pad = [.. run.Config.GetProperty("pad_left_right_top_bottom").EnumerateArray().Select(value => value.GetInt32())];
        return mode == "constant"
            ? run["x"].Pad(1, pad[2], pad[3], run.Number("value")).Pad(2, pad[0], pad[1], run.Number("value"))
            : run["x"].Pad(1, pad[2], pad[3], Enum.Parse<PadMode>(mode, true)).Pad(2, pad[0], pad[1], Enum.Parse<PadMode>(mode, true));
    }

    private static Tensor GridSampled(GoldenOpRun run, string name)
    {
        string[] parts = name.Split('/');
        return run["x"].GridSample(run["grid", Layout.Plain], parts[0] == "bilinear", parts[1] == "border", run.Flag("align_corners"));
    }

    // h = conv1(silu(norm1(x))) + time(silu(temb));   y = x + conv2(silu(norm2(h))), with everything fused that fuses
    private static Tensor[] ResidualBlock(GoldenOpRun run)
    {
        (int groups, float eps) = ((int)run.Number("groups"), run.Number("eps"));
        Tensor time = run["temb"].Silu().Linear(run["tw"], run["tb"]);
        Tensor h = run["x"].GroupNorm(groups, run["n1w"], run["n1b"], eps, Activation.Silu)
            .Conv2d(run["c1w"], run["c1b"], Window.Square(padding: 1), imageBias: time);
        return
        [
            h.GroupNorm(groups, run["n2w"], run["n2b"], eps, Activation.Silu)
                .Conv2d(run["c2w"], run["c2b"], Window.Square(padding: 1), residual: run["x"]),
        ];
    }
}
