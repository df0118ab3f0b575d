using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a <see cref="BertForMaskedLm"/>, named as in transformers' config.json; the defaults are those of bert-base-uncased.</summary>
public sealed record BertConfig
{
    /// <summary>Number of pieces in the vocabulary.</summary>
    public int VocabSize { get; init; } = 30522;

    /// <summary>Channels of the tokens.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Number of layers.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Channels inside the feed-forward parts.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Tokens of the longest text.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Kinds of text that a token can belong to.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Epsilon of the layer norms.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary><c>gelu</c>, <c>gelu_new</c> or <c>relu</c>.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Deviation that matrices begin with.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Reads a transformers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static BertConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.RequireFalse("is_decoder", "add_cross_attention");
        config.Choice("position_embedding_type", "absolute");
        BertConfig standard = new();
        return new BertConfig
        {
            VocabSize = config.Int("vocab_size", standard.VocabSize),
            HiddenSize = config.Int("hidden_size", standard.HiddenSize),
            NumHiddenLayers = config.Int("num_hidden_layers", standard.NumHiddenLayers),
            NumAttentionHeads = config.Int("num_attention_heads", standard.NumAttentionHeads),
            IntermediateSize = config.Int("intermediate_size", standard.IntermediateSize),
            MaxPositionEmbeddings = config.Int("max_position_embeddings", standard.MaxPositionEmbeddings),
            TypeVocabSize = config.Int("type_vocab_size", standard.TypeVocabSize),
            LayerNormEps = config.Double("layer_norm_eps", standard.LayerNormEps),
            HiddenAct = config.Choice("hidden_act", "gelu", "gelu_new", "relu"),
            InitializerRange = config.Double("initializer_range", standard.InitializerRange),
        };
    }

    /// <summary>Writes the config as transformers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteList("architectures", ["BertForMaskedLM"]);
        json.WriteString("model_type", "bert");
        json.WriteNumber("vocab_size", VocabSize);
        json.WriteNumber("hidden_size", HiddenSize);
        json.WriteNumber("num_hidden_layers", NumHiddenLayers);
        json.WriteNumber("num_attention_heads", NumAttentionHeads);
        json.WriteNumber("intermediate_size", IntermediateSize);
        json.WriteNumber("max_position_embeddings", MaxPositionEmbeddings);
        json.WriteNumber("type_vocab_size", TypeVocabSize);
        json.WriteNumber("layer_norm_eps", LayerNormEps);
        json.WriteString("hidden_act", HiddenAct);
        json.WriteNumber("initializer_range", InitializerRange);
        json.WriteNumber("pad_token_id", 0);
        json.WriteEndObject();
    }
}
