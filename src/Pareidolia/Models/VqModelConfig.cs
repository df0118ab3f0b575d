using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a <see cref="VqModel"/>, named as in diffusers' config.json.</summary>
public sealed record VqModelConfig
{
    /// <summary>Channels of the pictures that go in.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the pictures that come out.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Channels of each level, from the full size down; each level after the first halves height and width.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [128, 256, 512];

    /// <summary>Residual blocks of each level in the encoder; one more in the decoder.</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary>Channels of the latent.</summary>
    public int LatentChannels { get; init; } = 3;

    /// <summary>Groups of the group norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Entries of the codebook.</summary>
    public int NumVqEmbeddings { get; init; } = 256;

    /// <summary>Numbers of each entry.</summary>
    public int VqEmbedDim { get; init; } = 3;

    /// <summary>What a latent is multiplied by for the diffusion model.</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Pixels look at each other at the smallest size.</summary>
    public bool MidBlockAddAttention { get; init; } = true;

    /// <summary>Pixels of one cell of the latent, in each direction.</summary>
    public int Factor => 1 << (BlockOutChannels.Count - 1);

    /// <summary>Encoder and decoder, which are those of an <see cref="AutoencoderKl"/>.</summary>
    internal AutoencoderKlConfig Halves => new()
    {
        InChannels = InChannels, OutChannels = OutChannels, BlockOutChannels = BlockOutChannels, LayersPerBlock = LayersPerBlock,
        LatentChannels = LatentChannels, NormNumGroups = NormNumGroups, MidBlockAddAttention = MidBlockAddAttention,
    };

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static VqModelConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        IReadOnlyList<int> channels = config.Ints("block_out_channels", [64]);
        config.BlockTypes("down_block_types", ["DownEncoderBlock2D"], channels.Count, "DownEncoderBlock2D");
        config.BlockTypes("up_block_types", ["UpDecoderBlock2D"], channels.Count, "UpDecoderBlock2D");
        config.Choice("act_fn", "silu", "swish");
        config.Choice("norm_type", "group");
        config.RequireFalse("lookup_from_codebook");
        int latent = config.Int("latent_channels", 3);
        return new VqModelConfig
        {
            InChannels = config.Int("in_channels", 3),
            OutChannels = config.Int("out_channels", 3),
            BlockOutChannels = channels,
            LayersPerBlock = config.Int("layers_per_block", 1),
            LatentChannels = latent,
            NormNumGroups = config.Int("norm_num_groups", 32),
            NumVqEmbeddings = config.Int("num_vq_embeddings", 256),
            VqEmbedDim = config.Int("vq_embed_dim", latent),
            ScalingFactor = config.Double("scaling_factor", 0.18215),
            MidBlockAddAttention = config.Bool("mid_block_add_attention", true),
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", "VQModel");
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("out_channels", OutChannels);
        json.WriteList("down_block_types", BlockOutChannels.Select(_ => "DownEncoderBlock2D"));
        json.WriteList("up_block_types", BlockOutChannels.Select(_ => "UpDecoderBlock2D"));
        json.WriteList("block_out_channels", BlockOutChannels);
        json.WriteNumber("layers_per_block", LayersPerBlock);
        json.WriteString("act_fn", "silu");
        json.WriteNumber("latent_channels", LatentChannels);
        json.WriteNumber("num_vq_embeddings", NumVqEmbeddings);
        json.WriteNumber("norm_num_groups", NormNumGroups);
        json.WriteNumber("vq_embed_dim", VqEmbedDim);
        json.WriteNumber("scaling_factor", ScalingFactor);
        json.WriteString("norm_type", "group");
        json.WriteBoolean("mid_block_add_attention", MidBlockAddAttention);
        json.WriteBoolean("lookup_from_codebook", false);
        json.WriteEndObject();
    }
}
