using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The numbers of a <see cref="PriorTransformer"/>, named as in diffusers' config.json; <c>prior_type</c> and what follows it are our own. The defaults
/// are those of Kandinsky 2.
/// </summary>
public sealed record PriorTransformerConfig
{
    // The text's embedding and, in the diffusion variant, the time, the noisy embedding and the question.
    private const int BehindTokens = 4;

    private const string Diffusion = "diffusion", Autoregressive = "autoregressive";

    /// <summary>Heads of the attention.</summary>
    public int NumAttentionHeads { get; init; } = 32;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 64;

    /// <summary>Number of blocks.</summary>
    public int NumLayers { get; init; } = 20;

    /// <summary>Numbers of CLIP's embeddings and of the text's tokens.</summary>
    public int EmbeddingDim { get; init; } = 768;

    /// <summary>Tokens of a text.</summary>
    public int NumEmbeddings { get; init; } = 77;

    /// <summary>Whether it draws codes one after the other, not the whole embedding by denoising.</summary>
    public bool IsAutoregressive { get; init; }

    /// <summary>Codes of an embedding (autoregressive).</summary>
    public int Codes { get; init; } = 64;

    /// <summary>Steps that each number is cut into (autoregressive).</summary>
    public int CodeLevels { get; init; } = 64;

    /// <summary>Largest number that a code stands for; numbers beyond it are cut off (autoregressive).</summary>
    public double CodeRange { get; init; } = 6;

    /// <summary>Channels of a token within the blocks.</summary>
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <summary>Places of tokens.</summary>
    internal int Tokens => NumEmbeddings + (IsAutoregressive ? Codes : BehindTokens);

    /// <summary>Reads a config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind or out of range, or asks for a part that is not supported.</exception>
    public static PriorTransformerConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("added_emb_type", "prd");
        config.Choice("encoder_hid_proj_type", "linear");
        config.Choice("time_embed_act_fn", "silu");
        config.RequireAbsent("norm_in_type", "embedding_proj_norm_type", "time_embed_dim", "embedding_proj_dim", "clip_embed_dim");
        if (config.Int("additional_embeddings", BehindTokens) != BehindTokens)
            throw new PareidoliaException($"'{config.Name}': \"additional_embeddings\" is {config.Int("additional_embeddings")}; {BehindTokens} is needed.");
        PriorTransformerConfig standard = new(), read = new()
        {
            NumAttentionHeads = config.Int("num_attention_heads", standard.NumAttentionHeads),
            AttentionHeadDim = config.Int("attention_head_dim", standard.AttentionHeadDim),
            NumLayers = config.Int("num_layers", standard.NumLayers),
            EmbeddingDim = config.Int("embedding_dim", standard.EmbeddingDim),
            NumEmbeddings = config.Int("num_embeddings", standard.NumEmbeddings),
            IsAutoregressive = config.Choice("prior_type", Diffusion, Autoregressive) == Autoregressive,
            Codes = config.Int("codes", standard.Codes),
            CodeLevels = config.Int("code_levels", standard.CodeLevels),
            CodeRange = config.Double("code_range", standard.CodeRange),
        };
        return !read.IsAutoregressive || (read.Codes >= 1 && read.Codes <= read.EmbeddingDim && read.CodeLevels >= 2 && read.CodeRange > 0) ? read : throw new PareidoliaException(
            $"'{config.Name}': codes {read.Codes}, code_levels {read.CodeLevels} and code_range {read.CodeRange} should be 1 to {read.EmbeddingDim}, at least 2, and above 0.");
    }

    /// <summary>Writes the config.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", nameof(PriorTransformer));
        json.WriteNumber("num_attention_heads", NumAttentionHeads);
        json.WriteNumber("attention_head_dim", AttentionHeadDim);
        json.WriteNumber("num_layers", NumLayers);
        json.WriteNumber("embedding_dim", EmbeddingDim);
        json.WriteNumber("num_embeddings", NumEmbeddings);
        json.WriteNumber("additional_embeddings", BehindTokens);
        json.WriteString("added_emb_type", "prd");
        json.WriteString("prior_type", IsAutoregressive ? Autoregressive : Diffusion);
        if (IsAutoregressive)
        {
            json.WriteNumber("codes", Codes);
            json.WriteNumber("code_levels", CodeLevels);
            json.WriteNumber("code_range", CodeRange);
        }
        json.WriteEndObject();
    }
}
