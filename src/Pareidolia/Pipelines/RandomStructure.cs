using Pareidolia.Models;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Pipelines;

/// <summary>The numbers of a text-to-image model's networks, without weights.</summary>
/// <param name="Family">Whose scheduler it has.</param>
/// <param name="UNet">The denoiser.</param>
/// <param name="Vae">The autoencoder.</param>
/// <param name="Text">One text encoder, or SDXL's two.</param>
internal sealed record RandomStructure(
    CheckpointFamily Family, UNet2DConditionConfig UNet, AutoencoderKlConfig Vae, IReadOnlyList<ClipTextConfig> Text)
{
    /// <summary>Stable Diffusion 1.5 as it was published: the defaults of all configs.</summary>
    public static RandomStructure Sd15 { get; } =
        new(CheckpointFamily.Sd1, new UNet2DConditionConfig(), new AutoencoderKlConfig(), [new ClipTextConfig()]);

    /// <summary>Stable Diffusion XL base 1.0 as it was published.</summary>
    public static RandomStructure Sdxl { get; } = new(
        CheckpointFamily.Sdxl,
        new UNet2DConditionConfig
        {
            SampleSize = 128,
            BlockOutChannels = [320, 640, 1280],
            DownBlockTypes = ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            UpBlockTypes = ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
            LayersPerBlock = [2, 2, 2],
            CrossAttentionDim = [2048, 2048, 2048],
            TransformerLayersPerBlock = [1, 2, 10],
            AttentionHeads = [5, 10, 20],
            OnlyCrossAttention = [false, false, false],
            UseLinearProjection = true,
            AdditionEmbedType = "text_time",
        },
        new AutoencoderKlConfig { SampleSize = 1024, ScalingFactor = 0.13025 },
        [
            new ClipTextConfig(),
            new ClipTextConfig
            {
                HiddenSize = 1280, IntermediateSize = 5120, ProjectionDim = 1280, NumHiddenLayers = 32, NumAttentionHeads = 20, HiddenAct = "gelu",
                WithProjection = true,
            },
        ]);

    /// <summary>Stable Diffusion 1's structure with few channels: for trying things out.</summary>
    public static RandomStructure Tiny { get; } = new(
        CheckpointFamily.Sd1,
        new UNet2DConditionConfig
        {
            SampleSize = 32, BlockOutChannels = [32, 64, 64], NormNumGroups = 8, LayersPerBlock = [1, 1, 1], CrossAttentionDim = [32, 32, 32],
            DownBlockTypes = ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
            UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"], TransformerLayersPerBlock = [1, 1, 1], AttentionHeads = [2, 2, 2],
            OnlyCrossAttention = [false, false, false],
        },
        new AutoencoderKlConfig { BlockOutChannels = [16, 32, 32], NormNumGroups = 8, SampleSize = 128, LayersPerBlock = 1 },
        [new ClipTextConfig { HiddenSize = 32, IntermediateSize = 64, NumHiddenLayers = 2, NumAttentionHeads = 2, VocabSize = 514 }]);
}
