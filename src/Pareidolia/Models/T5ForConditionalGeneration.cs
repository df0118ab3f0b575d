// Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, https://arxiv.org/abs/1910.10683
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The whole T5: an encoder of one text and a decoder that writes another. Config and keys are those of transformers' T5ForConditionalGeneration.
/// The encoder is what picture models look at; the decoder is there to train it.
/// </summary>
/// <param name="config">Its numbers.</param>
/// <param name="weights">Its place in a store.</param>
public sealed class T5ForConditionalGeneration(T5Config config, WeightScope weights)
{
    private readonly T5Stack _decoder = new(config, isDecoder: true, weights["decoder"]);
    private readonly Linear? _head = config.TieWordEmbeddings ? null
        : new Linear(config.DModel, config.VocabSize, weights["lm_head"], bias: false, Initializer.Normal((float)config.InitializerFactor));

    /// <summary>The numbers it was built with.</summary>
    public T5Config Config => config;

    /// <summary>The encoder.</summary>
    public T5EncoderModel Encoder { get; } = new(config, weights);

    /// <summary>Loads a model's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<T5ForConditionalGeneration> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<T5ForConditionalGeneration>(
            new ModelComponent(folder),
            device,
            json =>
            {
                T5Config config = T5Config.FromJson(json);
                return weights => new T5ForConditionalGeneration(config, weights);
            },
            name => name.EndsWith("embed_tokens.weight", StringComparison.Ordinal)
                || (name.StartsWith("decoder.", StringComparison.Ordinal) && name.Contains("EncDecAttention.relative_attention_bias", StringComparison.Ordinal)));

    /// <summary>A new network.</summary>
    public static Pretrained<T5ForConditionalGeneration> Initialise(T5Config config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new T5ForConditionalGeneration(config, weights));

    /// <summary>Writes a folder that transformers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, json => config.Write(json, nameof(T5ForConditionalGeneration)), weights, type);

    /// <summary>Logits [b, m, vocabulary] of what comes after every token of the written text so far, [b, m], for a text [b, n] that is read.</summary>
    public Tensor Forward(Tensor ids, Tensor written)
    {
        using Scope scope = new();
        Tensor context = Encoder.Forward(ids);                                                             // [b, n, c]
        Tensor states = _decoder.Forward(Encoder.Pieces.Forward(written), context: context)[^1];           // [b, m, c]
        // A tied table holds numbers of size 1: without the factor the guesses would begin far too sure.
        return scope.Keep(_head?.Forward(states) ?? states.Scale(1 / MathF.Sqrt(config.DModel)).Linear(Encoder.Pieces.Weight));
    }
}
