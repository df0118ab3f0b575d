using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a <see cref="Gpt2LmHeadModel"/>, named as in transformers' config.json; the defaults are those of GPT-2 small.</summary>
public sealed record Gpt2Config
{
    /// <summary>Number of tokens in the vocabulary.</summary>
    public int VocabSize { get; init; } = 50257;

    /// <summary>Tokens of the longest text.</summary>
    public int NPositions { get; init; } = 1024;

    /// <summary>Channels of the tokens.</summary>
    public int NEmbd { get; init; } = 768;

    /// <summary>Number of layers.</summary>
    public int NLayer { get; init; } = 12;

    /// <summary>Number of attention heads.</summary>
    public int NHead { get; init; } = 12;

    /// <summary>Channels inside the feed-forward parts; null means four times <see cref="NEmbd"/>.</summary>
    public int? NInner { get; init; }

    /// <summary>Epsilon of the layer norms.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary><c>gelu_new</c>, <c>gelu</c>, <c>gelu_pytorch_tanh</c> or <c>relu</c>.</summary>
    public string ActivationFunction { get; init; } = "gelu_new";

    /// <summary>Deviation that matrices begin with.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The token that ends a text.</summary>
    public int EosTokenId { get; init; } = 50256;

    /// <summary>Reads a transformers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static Gpt2Config FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.RequireFalse("scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn", "add_cross_attention");
        if (!config.Bool("scale_attn_weights", true))
            throw new PareidoliaException($"'{config.Name}': \"scale_attn_weights\" is false, which is not supported.");
        Gpt2Config standard = new();
        return new Gpt2Config
        {
            VocabSize = config.Int("vocab_size", standard.VocabSize),
            NPositions = config.Int("n_positions", standard.NPositions),
            NEmbd = config.Int("n_embd", standard.NEmbd),
            NLayer = config.Int("n_layer", standard.NLayer),
            NHead = config.Int("n_head", standard.NHead),
            NInner = config.OptionalInt("n_inner"),
            LayerNormEpsilon = config.Double("layer_norm_epsilon", standard.LayerNormEpsilon),
            ActivationFunction = config.Choice("activation_function", "gelu_new", "gelu", "gelu_pytorch_tanh", "relu"),
            InitializerRange = config.Double("initializer_range", standard.InitializerRange),
            EosTokenId = config.Int("eos_token_id", standard.EosTokenId),
        };
    }

    /// <summary>Writes the config as transformers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteList("architectures", ["GPT2LMHeadModel"]);
        json.WriteString("model_type", "gpt2");
        json.WriteNumber("vocab_size", VocabSize);
        json.WriteNumber("n_positions", NPositions);
        json.WriteNumber("n_embd", NEmbd);
        json.WriteNumber("n_layer", NLayer);
        json.WriteNumber("n_head", NHead);
        json.WriteOptional("n_inner", NInner);
        json.WriteNumber("layer_norm_epsilon", LayerNormEpsilon);
        json.WriteString("activation_function", ActivationFunction);
        json.WriteNumber("initializer_range", InitializerRange);
        json.WriteNumber("bos_token_id", EosTokenId);
        json.WriteNumber("eos_token_id", EosTokenId);
        json.WriteEndObject();
    }
}
