using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of the two halves, encoder and decoder, that <see cref="AutoencoderKl"/> and <see cref="VqModel"/> share, named as in diffusers' config.json.</summary>
public abstract record LatentHalvesConfig
{
    private const string DownBlock = "DownEncoderBlock2D", UpBlock = "UpDecoderBlock2D";

    /// <summary>Channels of the pictures that go in.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the pictures that come out.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Channels of each level, from the full size down; each level after the first halves height and width.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [128, 256, 512, 512];

    /// <summary>Residual blocks of each level in the encoder; one more in the decoder.</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary>Channels of the latent.</summary>
    public int LatentChannels { get; init; } = 4;

    /// <summary>Groups of the group norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>What a latent is multiplied by for the diffusion model, so that its deviation is about 1.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Pixels look at each other at the smallest size.</summary>
    public bool MidBlockAddAttention { get; init; } = true;

    /// <summary>Pixels of one cell of the latent, in each direction.</summary>
    public int Factor => 1 << (BlockOutChannels.Count - 1);

    /// <summary>The shared numbers of a diffusers config, where it says nothing those of diffusers' classes.</summary>
    private protected static T Read<T>(T start, JsonConfig config, int latentChannels) where T : LatentHalvesConfig
    {
        ArgumentNullException.ThrowIfNull(config);
        IReadOnlyList<int> channels = config.Ints("block_out_channels", [64]);
        config.BlockTypes("down_block_types", [DownBlock], channels.Count, DownBlock);
        config.BlockTypes("up_block_types", [UpBlock], channels.Count, UpBlock);
        config.Choice("act_fn", "silu", "swish");
        return start with
        {
            InChannels = config.Int("in_channels", 3),
            OutChannels = config.Int("out_channels", 3),
            BlockOutChannels = channels,
            LayersPerBlock = config.Int("layers_per_block", 1),
            LatentChannels = config.Int("latent_channels", latentChannels),
            NormNumGroups = config.Int("norm_num_groups", 32),
            ScalingFactor = config.Double("scaling_factor", 0.18215),
            MidBlockAddAttention = config.Bool("mid_block_add_attention", true),
        };
    }

    /// <summary>Begins the config as diffusers reads it.</summary>
    private protected void WriteShared(Utf8JsonWriter json, string className)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", className);
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("out_channels", OutChannels);
        json.WriteList("down_block_types", BlockOutChannels.Select(_ => DownBlock));
        json.WriteList("up_block_types", BlockOutChannels.Select(_ => UpBlock));
        json.WriteList("block_out_channels", BlockOutChannels);
        json.WriteNumber("layers_per_block", LayersPerBlock);
        json.WriteString("act_fn", "silu");
        json.WriteNumber("latent_channels", LatentChannels);
        json.WriteNumber("norm_num_groups", NormNumGroups);
        json.WriteNumber("scaling_factor", ScalingFactor);
        json.WriteBoolean("mid_block_add_attention", MidBlockAddAttention);
    }
}
