using Pareidolia.Models;
using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Benchmarks;

/// <summary>
/// A training step of a whole UNet with cross-attention (128, 256, 256 channels, latents 16x16x4, batch 32, 77 tokens of width 256) beside the same
/// network in PyTorch: with exact convolutions, with the faster ones, and in bfloat16.
/// </summary>
internal static class UNetStepBenchmark
{
    private const int Batch = 32, Side = 16, Tokens = 77, Context = 256;

    private static readonly UNet2DConditionConfig s_config = new()
    {
        SampleSize = Side,
        DownBlockTypes = ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
        BlockOutChannels = [128, 256, 256],
        LayersPerBlock = [1, 1, 1],
        CrossAttentionDim = [Context, Context, Context],
        TransformerLayersPerBlock = [1, 1, 1],
        AttentionHeads = [8, 8, 8],
        OnlyCrossAttention = [false, false, false],
        UseLinearProjection = true,
    };

    public static void Run(ResultTable table)
    {
        using Torch torch = new();
        using Pretrained<UNet2DConditionModel> network = UNet2DConditionModel.Initialise(s_config, 1);
        using Scope scope = new();
        network.Weights.RequireGradients(true);
        using Adam optimizer = new([new ParameterGroup([.. network.Weights.Trained], 0.01)]);
        Tensor x = RandomTensor.Of(Batch, Side, Side, 4), target = RandomTensor.Of(Batch, Side, Side, 4), context = RandomTensor.Of(Batch, Tokens, Context);
        table.Head("samples/s");
        foreach ((string name, bool fast, bool half) in ((string, bool, bool)[])[("exact", false, false), ("f32", true, false), ("bf16", true, true)])
        {
            if (half && !ReducedPrecision.IsSupported)
                continue;
            (double Least, double Median)[] times = Contest.Run(
                Contest.Ours(() => Step(network.Model, x, target, context, optimizer, fast, half)), torch.Case("train-step-unet", Batch, Side, Tokens));
            table.Row($"{name}, {network.Weights.Trained.Sum(parameter => parameter.Count) / 1e6:F1} M parameters", Batch, times[0], times[1]);
        }
        table.Note("peer: PyTorch 1.13 f32, channels_last, torch.optim.AdamW");
    }

    private static void Step(UNet2DConditionModel network, Tensor x, Tensor target, Tensor context, Adam optimizer, bool fast, bool half)
    {
        using Approximation approximation = new(fast);
        using ReducedPrecision reduced = new(half);
        using Scope scope = new();
        using (Tape tape = new())
            tape.Backward(network.Forward(x, [.. Enumerable.Range(0, Batch).Select(t => (float)t)], context).MseLoss(target));
        optimizer.Step(1e-4);
        optimizer.ClearGradients();
    }
}
