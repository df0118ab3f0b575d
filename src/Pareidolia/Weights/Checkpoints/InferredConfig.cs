using System.Text.Json.Nodes;

namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// The configs of a single file's networks, from the shapes of its tensors. Heads and norm groups leave no trace in shapes: they are those
/// of every published model of the family.
/// </summary>
/// <param name="weights">The network's tensors under diffusers' names.</param>
internal sealed class InferredConfig(StoredWeights weights)
{
    private const int NormGroups = 32;
    private const int HeadWidth = 64;
    private const int HeadsOfSd1 = 8;

    /// <summary>The UNet's.</summary>
    /// <param name="sampleSize">Cells of a side that it was trained on.</param>
    /// <param name="pooledWidth">Width of the pooled text, which says how many of the added numbers are sizes; null where nothing is added.</param>
    /// <param name="sizes">How many sizes are added.</param>
    public JsonObject UNet(int sampleSize, long? pooledWidth, int sizes)
    {
        int[] levels = [.. Counted.While(level => weights.Has($"down_blocks.{level}.resnets.0.conv1.weight"))];
        bool[] attends = [.. levels.Select(level => weights.Has($"down_blocks.{level}.attentions.0.norm.weight"))];
        long[] channels = [.. levels.Select(level => Extent($"down_blocks.{level}.resnets.0.conv1.weight", 0))];
        bool linear = Shape("mid_block.attentions.0.proj_in.weight").Length == 2;
        return With(
            Added(pooledWidth, sizes),
            ("_class_name", "UNet2DConditionModel"),
            ("sample_size", sampleSize),
            ("in_channels", Extent("conv_in.weight", 1)),
            ("out_channels", Extent("conv_out.weight", 0)),
            ("down_block_types", List(attends, attention => attention ? "CrossAttnDownBlock2D" : "DownBlock2D")),
            ("up_block_types", List(levels.Reverse(), level => UpAttends(levels.Length, level) ? "CrossAttnUpBlock2D" : "UpBlock2D")),
            ("block_out_channels", List(channels, count => count)),
            ("layers_per_block", List(levels, level => Counted.Times(i => weights.Has($"down_blocks.{level}.resnets.{i}.conv1.weight")))),
            ("cross_attention_dim", Extent("mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight", 1)),
            ("transformer_layers_per_block", List(levels, level => Depth(level, levels.Length))),
            ("attention_head_dim", List(channels, count => linear ? Math.Max(1, count / HeadWidth) : HeadsOfSd1)),
            ("norm_num_groups", NormGroups),
            ("use_linear_projection", linear));
    }

    /// <summary>The autoencoder's.</summary>
    /// <param name="sampleSize">Pixels of a side that it was trained on.</param>
    /// <param name="scalingFactor">What its latents are multiplied by.</param>
    public JsonObject Autoencoder(int sampleSize, double scalingFactor)
    {
        int[] levels = [.. Counted.While(level => weights.Has($"encoder.down_blocks.{level}.resnets.0.conv1.weight"))];
        return With(
            [],
            ("_class_name", "AutoencoderKL"),
            ("in_channels", Extent("encoder.conv_in.weight", 1)),
            ("out_channels", Extent("decoder.conv_out.weight", 0)),
            ("down_block_types", List(levels, _ => "DownEncoderBlock2D")),
            ("up_block_types", List(levels, _ => "UpDecoderBlock2D")),
            ("block_out_channels", List(levels, level => Extent($"encoder.down_blocks.{level}.resnets.0.conv1.weight", 0))),
            ("layers_per_block", Counted.Times(i => weights.Has($"encoder.down_blocks.0.resnets.{i}.conv1.weight"))),
            ("latent_channels", Extent("decoder.conv_in.weight", 1)),
            ("norm_num_groups", NormGroups),
            ("sample_size", sampleSize),
            ("scaling_factor", scalingFactor),
            ("use_quant_conv", weights.Has("quant_conv.weight")),
            ("use_post_quant_conv", weights.Has("post_quant_conv.weight")),
            ("mid_block_add_attention", weights.Has("decoder.mid_block.attentions.0.to_q.weight")));
    }

    /// <summary>A text encoder's.</summary>
    /// <param name="className">Its class.</param>
    /// <param name="activation"><c>quick_gelu</c> for OpenAI's weights, <c>gelu</c> for OpenCLIP's.</param>
    public JsonObject Text(string className, string activation)
    {
        const string Tokens = "text_model.embeddings.token_embedding.weight", Projection = "text_projection.weight";
        long width = Extent(Tokens, 1);
        return With(
            [],
            ("architectures", List([className], name => name)),
            ("vocab_size", Extent(Tokens, 0)),
            ("hidden_size", width),
            ("intermediate_size", Extent("text_model.encoder.layers.0.mlp.fc1.weight", 0)),
            ("num_hidden_layers", TextKeys.LayersOfTransformers(weights.Has)),
            ("num_attention_heads", Math.Max(1, width / HeadWidth)),
            ("max_position_embeddings", Extent("text_model.embeddings.position_embedding.weight", 0)),
            ("hidden_act", activation),
            ("projection_dim", weights.Has(Projection) ? Extent(Projection, 0) : width),
            // Means: a text ends at its largest id.
            ("eos_token_id", 2));
    }

    private JsonObject Added(long? pooledWidth, int sizes)
    {
        if (!weights.Has("add_embedding.linear_1.weight"))
            return [];
        long all = Extent("add_embedding.linear_1.weight", 1);
        // 1280 is OpenCLIP ViT-bigG's, for a file without text encoder.
        return With(
            [],
            ("addition_embed_type", "text_time"),
            ("addition_time_embed_dim", (all - (pooledWidth ?? 1280)) / sizes),
            ("projection_class_embeddings_input_dim", all));
    }

    private bool UpAttends(int levels, int level) => weights.Has($"up_blocks.{levels - 1 - level}.attentions.0.norm.weight");

    // The middle has the depth of the last level, which may have no attention of its own.
    private int Depth(int level, int levels)
    {
        int DepthOf(string block) => Counted.Times(i => weights.Has($"{block}.attentions.0.transformer_blocks.{i}.norm1.weight"));
        return Math.Max(1, level == levels - 1 ? DepthOf("mid_block") : DepthOf($"down_blocks.{level}"));
    }

    private long Extent(string name, int axis) => Shape(name) is { } shape && axis < shape.Length
        ? shape[axis]
        : throw new PareidoliaException($"'{weights.Location}': '{name}' (as diffusers calls it) has only {Shape(name).Length} axes.");

    private long[] Shape(string name) => weights.Has(name)
        ? weights.Entry(name).Shape
        : throw new PareidoliaException($"'{weights.Location}' is incomplete: it has no '{name}' (as diffusers calls it).");

    private static JsonObject With(JsonObject config, params (string Key, JsonNode Value)[] members)
    {
        foreach ((string key, JsonNode value) in members)
            config[key] = value;
        return config;
    }

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode> value) => new([.. items.Select(value)]);
}
