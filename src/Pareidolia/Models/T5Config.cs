using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a T5 network, named as in transformers' config.json; the defaults are those of t5-small.</summary>
public sealed record T5Config
{
    /// <summary>Number of pieces in the vocabulary.</summary>
    public int VocabSize { get; init; } = 32128;

    /// <summary>Channels of the tokens.</summary>
    public int DModel { get; init; } = 512;

    /// <summary>Channels of a head.</summary>
    public int DKv { get; init; } = 64;

    /// <summary>Channels inside the feed-forward parts.</summary>
    public int DFf { get; init; } = 2048;

    /// <summary>Layers of the encoder.</summary>
    public int NumLayers { get; init; } = 6;

    /// <summary>Layers of the decoder.</summary>
    public int NumDecoderLayers { get; init; } = 6;

    /// <summary>Number of attention heads.</summary>
    public int NumHeads { get; init; } = 8;

    /// <summary>Distances between tokens fall into so many buckets.</summary>
    public int RelativeAttentionNumBuckets { get; init; } = 32;

    /// <summary>Distances from this one on share a bucket.</summary>
    public int RelativeAttentionMaxDistance { get; init; } = 128;

    /// <summary>Epsilon of the norms.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary><c>relu</c> (version 1.0) or <c>gated-gelu</c> (version 1.1).</summary>
    public string FeedForwardProj { get; init; } = "relu";

    /// <summary>Factor of the deviations that matrices begin with.</summary>
    public double InitializerFactor { get; init; } = 1;

    /// <summary>Whether guesses are made with the table of pieces; else with a matrix of their own.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Whether the feed-forward parts have a gate.</summary>
    internal bool IsGated => FeedForwardProj.StartsWith("gated-", StringComparison.Ordinal);

    /// <summary>Reads a transformers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static T5Config FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        T5Config standard = new();
        int layers = config.Int("num_layers", standard.NumLayers);
        return new T5Config
        {
            VocabSize = config.Int("vocab_size", standard.VocabSize),
            DModel = config.Int("d_model", standard.DModel),
            DKv = config.Int("d_kv", standard.DKv),
            DFf = config.Int("d_ff", standard.DFf),
            NumLayers = layers,
            NumDecoderLayers = config.Int("num_decoder_layers", layers),
            NumHeads = config.Int("num_heads", standard.NumHeads),
            RelativeAttentionNumBuckets = config.Int("relative_attention_num_buckets", standard.RelativeAttentionNumBuckets),
            RelativeAttentionMaxDistance = config.Int("relative_attention_max_distance", standard.RelativeAttentionMaxDistance),
            LayerNormEpsilon = config.Double("layer_norm_epsilon", standard.LayerNormEpsilon),
            FeedForwardProj = config.Choice("feed_forward_proj", "relu", "gated-gelu"),
            InitializerFactor = config.Double("initializer_factor", standard.InitializerFactor),
            TieWordEmbeddings = config.Bool("tie_word_embeddings", true),
        };
    }

    /// <summary>Writes the config as transformers reads it.</summary>
    public void Write(Utf8JsonWriter json, string architecture)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteList("architectures", [architecture]);
        json.WriteString("model_type", "t5");
        json.WriteNumber("vocab_size", VocabSize);
        json.WriteNumber("d_model", DModel);
        json.WriteNumber("d_kv", DKv);
        json.WriteNumber("d_ff", DFf);
        json.WriteNumber("num_layers", NumLayers);
        json.WriteNumber("num_decoder_layers", NumDecoderLayers);
        json.WriteNumber("num_heads", NumHeads);
        json.WriteNumber("relative_attention_num_buckets", RelativeAttentionNumBuckets);
        json.WriteNumber("relative_attention_max_distance", RelativeAttentionMaxDistance);
        json.WriteNumber("layer_norm_epsilon", LayerNormEpsilon);
        json.WriteString("feed_forward_proj", FeedForwardProj);
        json.WriteNumber("initializer_factor", InitializerFactor);
        json.WriteBoolean("tie_word_embeddings", TieWordEmbeddings);
        json.WriteBoolean("is_encoder_decoder", architecture == "T5ForConditionalGeneration");
        json.WriteNumber("pad_token_id", 0);
        json.WriteNumber("eos_token_id", 1);
        json.WriteNumber("decoder_start_token_id", 0);
        json.WriteEndObject();
    }
}
