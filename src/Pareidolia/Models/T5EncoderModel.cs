// Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, https://arxiv.org/abs/1910.10683
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// T5's encoder: texts to states that a picture model looks at. Config and keys are those of transformers' T5EncoderModel; it also loads from
/// a whole T5.
/// </summary>
/// <param name="config">Its numbers.</param>
/// <param name="weights">Its place in a store.</param>
public sealed class T5EncoderModel(T5Config config, WeightScope weights)
{
    private readonly Embedding _pieces = new(config.VocabSize, config.DModel, weights["shared"], (float)config.InitializerFactor);
    private readonly T5Stack _encoder = new(config, isDecoder: false, weights["encoder"]);

    /// <summary>The numbers it was built with.</summary>
    public T5Config Config => config;

    // What DeepFloyd IF reads of a prompt.
    private const int UsualLength = 77;

    /// <summary>Whether a part of a model is a T5, or holds one.</summary>
    internal static bool IsIn(ModelComponent component) => component.Config.Text("model_type") == "t5";

    /// <summary>Tokens of a prompt that are read: what a tokenizer's config says, else 77.</summary>
    internal static int LengthIn(ModelComponent tokenizer) => tokenizer.Config.Int("model_max_length", UsualLength);

    /// <summary>The table of pieces.</summary>
    internal Embedding Pieces => _pieces;

    /// <summary>Loads a model's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<T5EncoderModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<T5EncoderModel>(
            new ModelComponent(folder),
            device,
            json =>
            {
                T5Config config = T5Config.FromJson(json);
                return weights => new T5EncoderModel(config, weights);
            },
            name => name == "encoder.embed_tokens.weight" || !IsOfEncoder(name));

    /// <summary>A new network.</summary>
    public static Pretrained<T5EncoderModel> Initialise(T5Config config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new T5EncoderModel(config, weights));

    /// <summary>Writes a folder that transformers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, json => config.Write(json, nameof(T5EncoderModel)), weights, type);

    /// <summary>States before the first block, after each one but the last, and at last after the final norm, [b, n, c] each.</summary>
    /// <param name="ids">I32 ids [b, n].</param>
    /// <param name="mask">1 for tokens that count and 0 for padding, I32 [b, n]; null where all count.</param>
    /// <exception cref="TensorException">The ids have another rank, or one is not of the vocabulary.</exception>
    public IReadOnlyList<Tensor> Encode(Tensor ids, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Rank != 2 || ids.Shape[1] < 1 || (mask is not null && mask.Shape != ids.Shape))
            throw new TensorException($"T5EncoderModel: ids {ids.Shape} and mask {mask?.Shape.ToString() ?? "none"} should both be [b, n] with n at least 1.");
        return _encoder.Forward(_pieces.Forward(ids), mask);
    }

    /// <summary>The last states [b, n, c].</summary>
    public Tensor Forward(Tensor ids, Tensor? mask = null)
    {
        using Scope scope = new();
        return scope.Keep(Encode(ids, mask)[^1]);
    }

    /// <summary>The bias that distances add to the scores, [1, heads, n, n].</summary>
    public Tensor PositionBias(int tokens) => _encoder.PositionBias(tokens);

    private static bool IsOfEncoder(string name) => name == "shared.weight" || name.StartsWith("encoder.", StringComparison.Ordinal);
}
