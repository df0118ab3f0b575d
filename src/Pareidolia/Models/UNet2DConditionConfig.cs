using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The numbers of a <see cref="UNet2DConditionModel"/>, named as in diffusers' config.json. The defaults are Stable Diffusion 1's. Lists with
/// one value for each level go from the full size down.
/// </summary>
public sealed record UNet2DConditionConfig
{
    private static readonly string[] DownBlocks = ["CrossAttnDownBlock2D", "DownBlock2D"];
    private static readonly string[] UpBlocks = ["CrossAttnUpBlock2D", "UpBlock2D"];

    /// <summary>Height and width that the model was trained on, in cells of the latent; null where the file does not say.</summary>
    public int? SampleSize { get; init; } = 64;

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Channels of the prediction.</summary>
    public int OutChannels { get; init; } = 4;

    /// <summary>The input is 0..1 and is brought to -1..1 first.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary>Cosines stand before sines in the time's sinusoids.</summary>
    public bool FlipSinToCos { get; init; } = true;

    /// <summary>Taken off the number of frequencies in the sinusoids' exponent.</summary>
    public double FreqShift { get; init; }

    /// <summary><c>CrossAttnDownBlock2D</c> or <c>DownBlock2D</c> for each level.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = [DownBlocks[0], DownBlocks[0], DownBlocks[0], DownBlocks[1]];

    /// <summary><c>CrossAttnUpBlock2D</c> or <c>UpBlock2D</c>, from the smallest size up.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = [UpBlocks[1], UpBlocks[0], UpBlocks[0], UpBlocks[0]];

    /// <summary>Channels of each level.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [320, 640, 1280, 1280];

    /// <summary>Residual blocks of each level on the way down; one more on the way up.</summary>
    public IReadOnlyList<int> LayersPerBlock { get; init; } = [2, 2, 2, 2];

    /// <summary>Zero padding of the halving convolutions, 1 or 0.</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary>Groups of the group norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Epsilon of the residual blocks' norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>The time scales and shifts (<c>scale_shift</c>) instead of being added (<c>default</c>).</summary>
    public bool ScaleShift { get; init; }

    /// <summary>Width of the text's tokens, for each level.</summary>
    public IReadOnlyList<int> CrossAttentionDim { get; init; } = [768, 768, 768, 768];

    /// <summary>Transformer blocks in each attention, for each level.</summary>
    public IReadOnlyList<int> TransformerLayersPerBlock { get; init; } = [1, 1, 1, 1];

    /// <summary>Number of heads for each level. Diffusers calls it <c>attention_head_dim</c>, by an old mistake that all files keep.</summary>
    public IReadOnlyList<int> AttentionHeads { get; init; } = [8, 8, 8, 8];

    /// <summary>Whether pixels never look at each other, for each level.</summary>
    public IReadOnlyList<bool> OnlyCrossAttention { get; init; } = [false, false, false, false];

    /// <summary>The transformers' projections are linear layers (Stable Diffusion 2, XL), not 1x1 convolutions (1).</summary>
    public bool UseLinearProjection { get; init; }

    /// <summary>Number of classes (or noise levels) that a label chooses from; null for none.</summary>
    public int? NumClassEmbeds { get; init; }

    /// <summary>
    /// What joins the time: <c>text_time</c>, a pooled text and six numbers about the picture's size (SDXL); <c>text</c>, the context pooled by
    /// attention (Imagen); null for nothing.
    /// </summary>
    public string? AdditionEmbedType { get; init; }

    /// <summary>Whether it is of SDXL's kind.</summary>
    internal bool HearsTextAndSize => AdditionEmbedType == "text_time";

    /// <summary>Heads of the attention that pools the context.</summary>
    public int AdditionEmbedTypeNumHeads { get; init; } = 64;

    /// <summary>Sinusoids of each of those six numbers.</summary>
    public int AdditionTimeEmbedDim { get; init; } = 256;

    /// <summary>Width of the pooled text and those sinusoids together.</summary>
    public int ProjectionClassEmbeddingsInputDim { get; init; } = 2816;

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static UNet2DConditionConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        RequireSupported(config);
        IReadOnlyList<int> channels = config.Ints("block_out_channels", [320, 640, 1280, 1280]);
        int levels = channels.Count;
        UNet2DConditionConfig standard = new();
        return new UNet2DConditionConfig
        {
            SampleSize = config.Has("sample_size") ? config.Ints("sample_size")[0] : null,
            InChannels = config.Int("in_channels", 4),
            OutChannels = config.Int("out_channels", 4),
            CenterInputSample = config.Bool("center_input_sample", false),
            FlipSinToCos = config.Bool("flip_sin_to_cos", true),
            FreqShift = config.Double("freq_shift", 0),
            DownBlockTypes = config.BlockTypes("down_block_types", standard.DownBlockTypes, levels, DownBlocks),
            UpBlockTypes = config.BlockTypes("up_block_types", standard.UpBlockTypes, levels, UpBlocks),
            BlockOutChannels = channels,
            LayersPerBlock = config.PerLevel("layers_per_block", levels, 2),
            DownsamplePadding = config.Int("downsample_padding", 1),
            NormNumGroups = config.Int("norm_num_groups", 32),
            NormEps = config.Double("norm_eps", 1e-5),
            ScaleShift = config.Choice("resnet_time_scale_shift", "default", "scale_shift") == "scale_shift",
            CrossAttentionDim = config.PerLevel("cross_attention_dim", levels, 1280),
            TransformerLayersPerBlock = config.PerLevel("transformer_layers_per_block", levels, 1),
            AttentionHeads = config.PerLevel(config.Has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", levels, 8),
            OnlyCrossAttention = config.FlagPerLevel("only_cross_attention", levels),
            UseLinearProjection = config.Bool("use_linear_projection", false),
            NumClassEmbeds = config.OptionalInt("num_class_embeds"),
            AdditionEmbedType = config.Has("addition_embed_type") ? config.Choice("addition_embed_type", "text_time", "text") : null,
            AdditionEmbedTypeNumHeads = config.Int("addition_embed_type_num_heads", 64),
            AdditionTimeEmbedDim = config.Int("addition_time_embed_dim", 256),
            ProjectionClassEmbeddingsInputDim = config.Int("projection_class_embeddings_input_dim", 2816),
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", "UNet2DConditionModel");
        json.WriteOptional("sample_size", SampleSize);
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("out_channels", OutChannels);
        json.WriteBoolean("center_input_sample", CenterInputSample);
        json.WriteBoolean("flip_sin_to_cos", FlipSinToCos);
        json.WriteNumber("freq_shift", FreqShift);
        json.WriteList("down_block_types", DownBlockTypes);
        json.WriteString("mid_block_type", "UNetMidBlock2DCrossAttn");
        json.WriteList("up_block_types", UpBlockTypes);
        json.WriteList("block_out_channels", BlockOutChannels);
        json.WritePerLevel("layers_per_block", LayersPerBlock);
        json.WriteNumber("downsample_padding", DownsamplePadding);
        json.WriteString("act_fn", "silu");
        json.WriteNumber("norm_num_groups", NormNumGroups);
        json.WriteNumber("norm_eps", NormEps);
        if (ScaleShift)
            json.WriteString("resnet_time_scale_shift", "scale_shift");
        json.WritePerLevel("cross_attention_dim", CrossAttentionDim);
        json.WritePerLevel("transformer_layers_per_block", TransformerLayersPerBlock);
        json.WritePerLevel("attention_head_dim", AttentionHeads);
        json.WritePerLevel("only_cross_attention", OnlyCrossAttention);
        json.WriteBoolean("use_linear_projection", UseLinearProjection);
        json.WriteOptional("num_class_embeds", NumClassEmbeds);
        json.WriteString("addition_embed_type", AdditionEmbedType);
        if (AdditionEmbedType == "text")
            json.WriteNumber("addition_embed_type_num_heads", AdditionEmbedTypeNumHeads);
        if (HearsTextAndSize)
        {
            json.WriteNumber("addition_time_embed_dim", AdditionTimeEmbedDim);
            json.WriteNumber("projection_class_embeddings_input_dim", ProjectionClassEmbeddingsInputDim);
        }
        json.WriteEndObject();
    }

    private static void RequireSupported(JsonConfig config)
    {
        config.Choice("mid_block_type", "UNetMidBlock2DCrossAttn");
        config.Choice("act_fn", "silu", "swish");
        config.Choice("time_embedding_type", "positional");
        config.Choice("attention_type", "default");
        config.RequireFalse("dual_cross_attention", "resnet_skip_time_act", "class_embeddings_concat");
        config.RequireAbsent(
            "encoder_hid_dim", "encoder_hid_dim_type", "class_embed_type", "time_embedding_dim", "time_embedding_act_fn", "timestep_post_act",
            "time_cond_proj_dim", "cross_attention_norm", "reverse_transformer_layers_per_block");
        if (config.Int("conv_in_kernel", 3) != 3 || config.Int("conv_out_kernel", 3) != 3)
            throw new PareidoliaException($"'{config.Name}': \"conv_in_kernel\" or \"conv_out_kernel\" is not 3, which is not supported.");
    }
}
