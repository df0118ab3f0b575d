using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The numbers of an <see cref="AutoencoderKl"/>, named as in diffusers' config.json. The defaults are Stable Diffusion 1's.
/// </summary>
public sealed record AutoencoderKlConfig
{
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

    /// <summary>Height and width that the model was trained on, in pixels.</summary>
    public int SampleSize { get; init; } = 512;

    /// <summary>What a latent is multiplied by for the diffusion model, so that its deviation is about 1.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>What is taken off a latent before that.</summary>
    public double ShiftFactor { get; init; }

    /// <summary>A 1x1 convolution follows the encoder.</summary>
    public bool UseQuantConv { get; init; } = true;

    /// <summary>A 1x1 convolution precedes the decoder.</summary>
    public bool UsePostQuantConv { get; init; } = true;

    /// <summary>Pixels look at each other at the smallest size.</summary>
    public bool MidBlockAddAttention { get; init; } = true;

    /// <summary>Pixels of one cell of the latent, in each direction.</summary>
    public int Factor => 1 << (BlockOutChannels.Count - 1);

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static AutoencoderKlConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        IReadOnlyList<int> channels = config.Ints("block_out_channels", [64]);
        config.BlockTypes("down_block_types", ["DownEncoderBlock2D"], channels.Count, "DownEncoderBlock2D");
        config.BlockTypes("up_block_types", ["UpDecoderBlock2D"], channels.Count, "UpDecoderBlock2D");
        config.Choice("act_fn", "silu", "swish");
        config.RequireAbsent("latents_mean", "latents_std");
        return new AutoencoderKlConfig
        {
            InChannels = config.Int("in_channels", 3),
            OutChannels = config.Int("out_channels", 3),
            BlockOutChannels = channels,
            LayersPerBlock = config.Int("layers_per_block", 1),
            LatentChannels = config.Int("latent_channels", 4),
            NormNumGroups = config.Int("norm_num_groups", 32),
            SampleSize = config.Int("sample_size", 32),
            ScalingFactor = config.Double("scaling_factor", 0.18215),
            ShiftFactor = config.Double("shift_factor", 0),
            UseQuantConv = config.Bool("use_quant_conv", true),
            UsePostQuantConv = config.Bool("use_post_quant_conv", true),
            MidBlockAddAttention = config.Bool("mid_block_add_attention", true),
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", "AutoencoderKL");
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("out_channels", OutChannels);
        json.WriteList("down_block_types", BlockOutChannels.Select(_ => "DownEncoderBlock2D"));
        json.WriteList("up_block_types", BlockOutChannels.Select(_ => "UpDecoderBlock2D"));
        json.WriteList("block_out_channels", BlockOutChannels);
        json.WriteNumber("layers_per_block", LayersPerBlock);
        json.WriteString("act_fn", "silu");
        json.WriteNumber("latent_channels", LatentChannels);
        json.WriteNumber("norm_num_groups", NormNumGroups);
        json.WriteNumber("sample_size", SampleSize);
        json.WriteNumber("scaling_factor", ScalingFactor);
        json.WriteOptional("shift_factor", ShiftFactor == 0 ? null : ShiftFactor);
        json.WriteBoolean("use_quant_conv", UseQuantConv);
        json.WriteBoolean("use_post_quant_conv", UsePostQuantConv);
        json.WriteBoolean("mid_block_add_attention", MidBlockAddAttention);
        json.WriteEndObject();
    }
}
