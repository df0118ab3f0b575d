using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The numbers of a <see cref="UNet2DModel"/>, named as in diffusers' config.json. Lists with one value for each level go from the full size
/// down.
/// </summary>
public sealed record UNet2DConfig
{
    private static readonly string[] DownBlocks = ["DownBlock2D", "AttnDownBlock2D"];
    private static readonly string[] UpBlocks = ["UpBlock2D", "AttnUpBlock2D"];

    /// <summary>Height and width that the model was trained on; null where the file does not say.</summary>
    public int? SampleSize { get; init; }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the prediction.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>The input is 0..1 and is brought to -1..1 first.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary>Cosines stand before sines in the time's sinusoids.</summary>
    public bool FlipSinToCos { get; init; } = true;

    /// <summary>Taken off the number of frequencies in the sinusoids' exponent.</summary>
    public double FreqShift { get; init; }

    /// <summary><c>DownBlock2D</c> or <c>AttnDownBlock2D</c> for each level.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = [DownBlocks[0], DownBlocks[1], DownBlocks[1], DownBlocks[1]];

    /// <summary><c>UpBlock2D</c> or <c>AttnUpBlock2D</c>, from the smallest size up.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = [UpBlocks[1], UpBlocks[1], UpBlocks[1], UpBlocks[0]];

    /// <summary>Channels of each level.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [224, 448, 672, 896];

    /// <summary>Residual blocks of each level on the way down; one more on the way up.</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary>Zero padding of the halving convolutions: 1 on all sides, or 0 for one row below and one column to the right.</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary>Channels of one attention head; null for a single head.</summary>
    public int? AttentionHeadDim { get; init; } = 8;

    /// <summary>Groups of the group norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Epsilon of the norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>The time scales and shifts (<c>scale_shift</c>) instead of being added (<c>default</c>).</summary>
    public bool ScaleShift { get; init; }

    /// <summary>Pixels look at each other at the smallest size.</summary>
    public bool AddAttention { get; init; } = true;

    /// <summary>Groups of that attention's norm; null for those of all norms or, where the time scales and shifts, for no norm.</summary>
    public int? AttnNormNumGroups { get; init; }

    /// <summary>Number of classes that a label chooses from; null for none.</summary>
    public int? NumClassEmbeds { get; init; }

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static UNet2DConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        RequireSupported(config);
        UNet2DConfig standard = new();
        IReadOnlyList<int> channels = config.Ints("block_out_channels", standard.BlockOutChannels);
        return new UNet2DConfig
        {
            SampleSize = config.Has("sample_size") ? config.Ints("sample_size")[0] : null,
            InChannels = config.Int("in_channels", 3),
            OutChannels = config.Int("out_channels", 3),
            CenterInputSample = config.Bool("center_input_sample", false),
            FlipSinToCos = config.Bool("flip_sin_to_cos", true),
            FreqShift = config.Double("freq_shift", 0),
            DownBlockTypes = config.BlockTypes("down_block_types", standard.DownBlockTypes, channels.Count, DownBlocks),
            UpBlockTypes = config.BlockTypes("up_block_types", standard.UpBlockTypes, channels.Count, UpBlocks),
            BlockOutChannels = channels,
            LayersPerBlock = config.Int("layers_per_block", 2),
            DownsamplePadding = config.Int("downsample_padding", 1),
            AttentionHeadDim = config.OptionalInt("attention_head_dim"),
            NormNumGroups = config.Int("norm_num_groups", 32),
            NormEps = config.Double("norm_eps", 1e-5),
            ScaleShift = config.Choice("resnet_time_scale_shift", "default", "scale_shift") == "scale_shift",
            AddAttention = config.Bool("add_attention", true),
            AttnNormNumGroups = config.OptionalInt("attn_norm_num_groups"),
            NumClassEmbeds = config.OptionalInt("num_class_embeds"),
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", "UNet2DModel");
        json.WriteOptional("sample_size", SampleSize);
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("out_channels", OutChannels);
        json.WriteBoolean("center_input_sample", CenterInputSample);
        json.WriteString("time_embedding_type", "positional");
        json.WriteBoolean("flip_sin_to_cos", FlipSinToCos);
        json.WriteNumber("freq_shift", FreqShift);
        json.WriteList("down_block_types", DownBlockTypes);
        json.WriteList("up_block_types", UpBlockTypes);
        json.WriteList("block_out_channels", BlockOutChannels);
        json.WriteNumber("layers_per_block", LayersPerBlock);
        json.WriteNumber("downsample_padding", DownsamplePadding);
        json.WriteOptional("attention_head_dim", AttentionHeadDim);
        json.WriteString("act_fn", "silu");
        json.WriteNumber("norm_num_groups", NormNumGroups);
        json.WriteNumber("norm_eps", NormEps);
        json.WriteString("resnet_time_scale_shift", ScaleShift ? "scale_shift" : "default");
        json.WriteBoolean("add_attention", AddAttention);
        json.WriteOptional("attn_norm_num_groups", AttnNormNumGroups);
        json.WriteOptional("num_class_embeds", NumClassEmbeds);
        json.WriteEndObject();
    }

    private static void RequireSupported(JsonConfig config)
    {
        config.Choice("act_fn", "silu", "swish");
        config.Choice("time_embedding_type", "positional");
        config.Choice("downsample_type", "conv");
        config.Choice("upsample_type", "conv");
        config.RequireAbsent("class_embed_type");
    }
}
