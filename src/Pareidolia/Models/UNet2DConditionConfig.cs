using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The numbers of a <see cref="UNet2DConditionModel"/>, named as in diffusers' config.json. The defaults are Stable Diffusion 1's. Lists with
/// one value for each level go from the full size down.
/// </summary>
public sealed record UNet2DConditionConfig
{
    private static readonly string[] DownBlocks = ["CrossAttnDownBlock2D", "DownBlock2D", "SimpleCrossAttnDownBlock2D", "ResnetDownsampleBlock2D"];
    private static readonly string[] UpBlocks = ["CrossAttnUpBlock2D", "UpBlock2D", "SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"];
    private static readonly string[] MidBlocks = ["UNetMidBlock2DCrossAttn", "UNetMidBlock2DSimpleCrossAttn"];

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

    /// <summary>
    /// <c>CrossAttnDownBlock2D</c> or <c>DownBlock2D</c> for each level; in pixel cascades (Imagen, DeepFloyd IF) <c>SimpleCrossAttnDownBlock2D</c> or
    /// <c>ResnetDownsampleBlock2D</c>.
    /// </summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = [DownBlocks[0], DownBlocks[0], DownBlocks[0], DownBlocks[1]];

    /// <summary><c>UNetMidBlock2DCrossAttn</c>, or in pixel cascades <c>UNetMidBlock2DSimpleCrossAttn</c>.</summary>
    public string MidBlockType { get; init; } = MidBlocks[0];

    /// <summary>
    /// <c>CrossAttnUpBlock2D</c> or <c>UpBlock2D</c>, from the smallest size up; in pixel cascades <c>SimpleCrossAttnUpBlock2D</c> or
    /// <c>ResnetUpsampleBlock2D</c>.
    /// </summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = [UpBlocks[1], UpBlocks[0], UpBlocks[0], UpBlocks[0]];

    /// <summary>Channels of each level.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [320, 640, 1280, 1280];

    /// <summary>Residual blocks of each level on the way down; one more on the way up.</summary>
    public IReadOnlyList<int> LayersPerBlock { get; init; } = [2, 2, 2, 2];

    /// <summary>Zero padding of the halving convolutions, 1 or 0.</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary>What follows the norms: <c>silu</c> or <c>gelu</c>.</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>The time scales and shifts the residual blocks' second norms instead of being added.</summary>
    public bool ScaleShift { get; init; }

    /// <summary>Groups of the group norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Epsilon of the residual blocks' norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Width of the text's tokens, or of a picture's embedding, before a layer brings it to <see cref="CrossAttentionDim"/>; null for no such layer.</summary>
    public int? EncoderHidDim { get; init; }

    /// <summary>Whether what is read is no text but the embedding of a picture, one token that becomes many (unCLIP, Kandinsky 2.2).</summary>
    public bool ReadsPictures { get; init; }

    /// <summary>Whether the text's tokens pass a group norm in each attention of the simple blocks.</summary>
    public bool CrossAttentionNorm { get; init; }

    /// <summary>Width of the text's tokens, for each level.</summary>
    public IReadOnlyList<int> CrossAttentionDim { get; init; } = [768, 768, 768, 768];

    /// <summary>Transformer blocks in each attention, for each level.</summary>
    public IReadOnlyList<int> TransformerLayersPerBlock { get; init; } = [1, 1, 1, 1];

    /// <summary>
    /// Number of heads for each level. Diffusers calls it <c>attention_head_dim</c>, by an old mistake that all files keep; in the simple blocks of pixel
    /// cascades it is what it is called, the channels of a head.
    /// </summary>
    public IReadOnlyList<int> AttentionHeads { get; init; } = [8, 8, 8, 8];

    /// <summary>Whether pixels never look at each other, for each level.</summary>
    public IReadOnlyList<bool> OnlyCrossAttention { get; init; } = [false, false, false, false];

    /// <summary>Whether the pixels of a simple block at the bottom never look at each other.</summary>
    public bool MidBlockOnlyCrossAttention { get; init; }

    /// <summary>The transformers' projections are linear layers (Stable Diffusion 2, XL), not 1x1 convolutions (1).</summary>
    public bool UseLinearProjection { get; init; }

    /// <summary>Number of classes (or noise levels) that a label chooses from; null for none.</summary>
    public int? NumClassEmbeds { get; init; }

    /// <summary>
    /// Whether the label is a number on the time's scale, read as the time is: how much noise was added to the small picture that a super-resolution
    /// network enlarges (https://arxiv.org/abs/2106.15282).
    /// </summary>
    public bool LabelIsTimestep { get; init; }

    /// <summary>
    /// What joins the time: <c>text_time</c>, a pooled text and six numbers about the picture's size (SDXL); <c>text</c>, the context pooled by
    /// attention (Imagen); <c>image</c>, the picture's embedding (unCLIP); null for nothing.
    /// </summary>
    public string? AdditionEmbedType { get; init; }

    /// <summary>Whether it is of SDXL's kind.</summary>
    internal bool HearsTextAndSize => AdditionEmbedType == "text_time";

    /// <summary>Width of a text's tokens as they come in.</summary>
    public int TextWidth => EncoderHidDim ?? CrossAttentionDim[0];

    /// <summary>Whether the network asks for a label for each picture.</summary>
    internal bool HearsLabel => NumClassEmbeds is not null || LabelIsTimestep;

    /// <summary>Whether a block attends to the text.</summary>
    internal static bool Attends(string block) => block.Contains("CrossAttn", StringComparison.Ordinal);

    /// <summary>Whether a block is one of pixel cascades: it changes the size within a residual block, and attends to text and pixels at once.</summary>
    internal static bool IsSimple(string block) =>
        block.StartsWith("Simple", StringComparison.Ordinal) || block.StartsWith("Resnet", StringComparison.Ordinal) || block == MidBlocks[1];

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
            MidBlockType = config.Choice("mid_block_type", MidBlocks),
            UpBlockTypes = config.BlockTypes("up_block_types", standard.UpBlockTypes, levels, UpBlocks),
            BlockOutChannels = channels,
            LayersPerBlock = config.PerLevel("layers_per_block", levels, 2),
            DownsamplePadding = config.Int("downsample_padding", 1),
            ActFn = config.Choice("act_fn", "silu", "swish", "gelu") == "gelu" ? "gelu" : "silu",
            ScaleShift = config.Choice("resnet_time_scale_shift", "default", "scale_shift") == "scale_shift",
            NormNumGroups = config.Int("norm_num_groups", 32),
            NormEps = config.Double("norm_eps", 1e-5),
            EncoderHidDim = config.OptionalInt("encoder_hid_dim"),
            ReadsPictures = config.Has("encoder_hid_dim") && config.Choice("encoder_hid_dim_type", "text_proj", "image_proj") == "image_proj",
            CrossAttentionNorm = config.Has("cross_attention_norm") && config.Choice("cross_attention_norm", "group_norm") == "group_norm",
            CrossAttentionDim = config.PerLevel("cross_attention_dim", levels, 1280),
            TransformerLayersPerBlock = config.PerLevel("transformer_layers_per_block", levels, 1),
            AttentionHeads = config.PerLevel(config.Has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", levels, 8),
            OnlyCrossAttention = config.FlagPerLevel("only_cross_attention", levels),
            MidBlockOnlyCrossAttention = config.Bool("mid_block_only_cross_attention", false),
            UseLinearProjection = config.Bool("use_linear_projection", false),
            NumClassEmbeds = config.OptionalInt("num_class_embeds"),
            LabelIsTimestep = config.Has("class_embed_type") && config.Choice("class_embed_type", "timestep") == "timestep",
            AdditionEmbedType = config.Has("addition_embed_type") ? config.Choice("addition_embed_type", "text_time", "text", "image") : null,
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
        json.WriteString("mid_block_type", MidBlockType);
        json.WriteList("up_block_types", UpBlockTypes);
        json.WriteList("block_out_channels", BlockOutChannels);
        json.WritePerLevel("layers_per_block", LayersPerBlock);
        json.WriteNumber("downsample_padding", DownsamplePadding);
        json.WriteString("act_fn", ActFn);
        json.WriteString("resnet_time_scale_shift", ScaleShift ? "scale_shift" : "default");
        json.WriteNumber("norm_num_groups", NormNumGroups);
        json.WriteNumber("norm_eps", NormEps);
        json.WriteOptional("encoder_hid_dim", EncoderHidDim);
        json.WriteString("encoder_hid_dim_type", EncoderHidDim is null ? null : ReadsPictures ? "image_proj" : "text_proj");
        json.WriteString("cross_attention_norm", CrossAttentionNorm ? "group_norm" : null);
        json.WritePerLevel("cross_attention_dim", CrossAttentionDim);
        json.WritePerLevel("transformer_layers_per_block", TransformerLayersPerBlock);
        json.WritePerLevel("attention_head_dim", AttentionHeads);
        json.WritePerLevel("only_cross_attention", OnlyCrossAttention);
        json.WriteBoolean("use_linear_projection", UseLinearProjection);
        if (MidBlockOnlyCrossAttention)
            json.WriteBoolean("mid_block_only_cross_attention", true);
        json.WriteOptional("num_class_embeds", NumClassEmbeds);
        json.WriteString("class_embed_type", LabelIsTimestep ? "timestep" : null);
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
        config.Choice("time_embedding_type", "positional");
        config.Choice("attention_type", "default");
        config.RequireFalse("dual_cross_attention", "resnet_skip_time_act", "class_embeddings_concat");
        config.RequireAbsent(
            "time_embedding_dim", "time_embedding_act_fn", "timestep_post_act", "time_cond_proj_dim", "reverse_transformer_layers_per_block");
        if (config.Text("addition_embed_type") == "image" && config.Text("encoder_hid_dim_type") != "image_proj")
            throw new PareidoliaException($"'{config.Name}': \"addition_embed_type\" is \"image\", which needs \"encoder_hid_dim_type\" \"image_proj\".");
        foreach (string factor in (ReadOnlySpan<string>)["resnet_out_scale_factor", "mid_block_scale_factor"])
            if (config.Double(factor, 1) != 1)
                throw new PareidoliaException($"'{config.Name}': \"{factor}\" is not 1, which is not supported.");
        if (config.Int("conv_in_kernel", 3) != 3 || config.Int("conv_out_kernel", 3) != 3)
            throw new PareidoliaException($"'{config.Name}': \"conv_in_kernel\" or \"conv_out_kernel\" is not 3, which is not supported.");
    }
}
