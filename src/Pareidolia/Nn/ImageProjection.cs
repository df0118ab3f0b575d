// Hierarchical Text-Conditional Image Generation with CLIP Latents, https://arxiv.org/abs/2204.06125, section 2.1
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>One embedding of a picture as several tokens to look at; keys <c>image_embeds</c> and <c>norm</c>.</summary>
internal sealed class ImageProjection(int embedding, int channels, WeightScope weights)
{
    // Fixed in the published class.
    private const int Tokens = 32;

    private readonly Linear _tokens = new(embedding, Tokens * channels, weights["image_embeds"]);
    private readonly LayerNorm _norm = new(channels, weights["norm"]);

    /// <summary>[b, 1, embedding] to [b, 32, channels].</summary>
    public Tensor Forward(Tensor embeddings)
    {
        using Scope scope = new();
        return scope.Keep(_norm.Forward(_tokens.Forward(embeddings).Reshape(embeddings.Shape[0], Tokens, channels)));
    }
}

/// <summary>The same embedding as one vector beside the time's; keys <c>image_proj</c> and <c>image_norm</c>.</summary>
internal sealed class ImageTimeEmbedding(int embedding, int channels, WeightScope weights)
{
    private readonly Linear _projection = new(embedding, channels, weights["image_proj"]);
    private readonly LayerNorm _norm = new(channels, weights["image_norm"]);

    /// <summary>[b, 1, embedding] to [b, channels].</summary>
    public Tensor Forward(Tensor embeddings) => _norm.Forward(_projection.Forward(embeddings)).Reshape(embeddings.Shape[0], channels);
}
