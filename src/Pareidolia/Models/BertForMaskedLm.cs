// BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding, https://arxiv.org/abs/1810.04805
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Guesses hidden words from the words on both sides. Config and keys are those of transformers' BertForMaskedLM; the guess is tied to the
/// table of words.
/// </summary>
public sealed class BertForMaskedLm
{
    private readonly Embedding _words;
    private readonly Tensor _positions;
    private readonly Embedding _types;
    private readonly LayerNorm _norm;
    private readonly BertLayer[] _layers;
    private readonly Linear _transform;
    private readonly LayerNorm _transformNorm;
    private readonly Tensor _bias;

    /// <summary>Builds at a place in a store.</summary>
    public BertForMaskedLm(BertConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (int c, float eps, float start) = (config.HiddenSize, (float)config.LayerNormEps, (float)config.InitializerRange);
        WeightScope embeddings = weights["bert.embeddings"], head = weights["cls.predictions"];
        _words = new Embedding(config.VocabSize, c, embeddings["word_embeddings"], start);
        _positions = embeddings["position_embeddings"].GetMatrix("weight", [config.MaxPositionEmbeddings, c], Places(config));
        _types = new Embedding(config.TypeVocabSize, c, embeddings["token_type_embeddings"], start);
        _norm = new LayerNorm(c, embeddings["LayerNorm"], eps);
        _layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(i => new BertLayer(config, weights["bert.encoder.layer"][i]))];
        _transform = new Linear(c, c, head["transform.dense"], initializer: Initializer.Normal(start));
        _transformNorm = new LayerNorm(c, head["transform.LayerNorm"], eps);
        _bias = head.Get("bias", [config.VocabSize], Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public BertConfig Config { get; }

    /// <summary>The table of words [vocabulary, c].</summary>
    public Tensor Words => _words.Weight;

    /// <summary>Loads a model's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<BertForMaskedLm> Load(string folder, Backend? device = null) =>
        ModelStorage.Load(new ModelComponent(folder), device, json => Builder(BertConfig.FromJson(json)), IsIgnored);

    /// <summary>A new network.</summary>
    public static Pretrained<BertForMaskedLm> Initialise(BertConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, Builder(config));

    /// <summary>Writes a folder that transformers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, Config.Write, weights, type);

    /// <summary>States before the first layer and after each one, [b, n, c] each.</summary>
    /// <param name="ids">I32 ids [b, n].</param>
    /// <param name="types">For each token which text it belongs to, I32 [b, n]; null for the first one.</param>
    /// <param name="mask">1 for tokens that count and 0 for padding, I32 [b, n]; null where all count.</param>
    /// <exception cref="TensorException">Too many tokens, or an id that a table does not have.</exception>
    public IReadOnlyList<Tensor> Encode(Tensor ids, Tensor? types = null, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Rank != 2 || ids.Shape[1] < 1 || ids.Shape[1] > Config.MaxPositionEmbeddings)
            throw new TensorException($"BertForMaskedLM: ids {ids.Shape} should be [b, n] with n in 1..{Config.MaxPositionEmbeddings}.");
        using Scope scope = new();
        Tensor kinds = types is null ? _types.Weight.To(DType.F32).Slice(0, 0, 1) : _types.Forward(types);
        Tensor x = _words.Forward(ids) + _positions.To(DType.F32).Slice(0, 0, ids.Shape[1]) + kinds;  // [b, n, c]
        Tensor? bias = mask is null ? null : PaddingBias.Of(mask);                                         // [b, 1, 1, n]
        List<Tensor> states = [scope.Keep(_norm.Forward(x))];
        foreach (BertLayer layer in _layers)
            states.Add(scope.Keep(layer.Forward(states[^1], bias)));
        return states;
    }

    /// <summary>What stands at some places: states [m, c] of the last layer to logits [m, vocabulary].</summary>
    public Tensor Predict(Tensor states)
    {
        using Scope scope = new();
        Tensor h = _transformNorm.Forward(Activations.Of(Config.HiddenAct, _transform.Forward(states)));   // [m, c]
        return scope.Keep(h.Linear(_words.Weight, _bias));
    }

    /// <summary>Logits [b, n, vocabulary] of every place.</summary>
    public Tensor Forward(Tensor ids, Tensor? types = null, Tensor? mask = null)
    {
        using Scope scope = new();
        return scope.Keep(Predict(Encode(ids, types, mask)[^1]));
    }

    // A new network begins with sinusoids of its words' size: from places that know no neighbours its attention hardly learns to look at any.
    private static Initializer Places(BertConfig config)
    {
        using Scope scope = new();
        float[] places = [.. Enumerable.Range(0, config.MaxPositionEmbeddings).Select(place => (float)place)];
        Tensor sinusoids = TimestepEmbedding.Sinusoids(places, config.HiddenSize, Backend.Cpu).Scale(MathF.Sqrt(2) * (float)config.InitializerRange);
        return Initializer.Given(sinusoids.ToArray());
    }

    private static Func<WeightScope, BertForMaskedLm> Builder(BertConfig config) => weights => new BertForMaskedLm(config, weights);

    // Copies of tied tensors, and the head for the next sentence, which published checkpoints also hold.
    private static bool IsIgnored(string name) => name is "cls.predictions.decoder.weight" or "cls.predictions.decoder.bias"
        || name.EndsWith("position_ids", StringComparison.Ordinal) || name.StartsWith("cls.seq_relationship.", StringComparison.Ordinal)
        || name.StartsWith("bert.pooler.", StringComparison.Ordinal);
}

/// <summary>Self-attention and a feed-forward part, each plus its input and normalised after that.</summary>
internal sealed class BertLayer
{
    private readonly BertConfig _config;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _out;
    private readonly LayerNorm _norm1;
    private readonly Linear _in;
    private readonly Linear _down;
    private readonly LayerNorm _norm2;

    public BertLayer(BertConfig config, WeightScope weights)
    {
        _config = config;
        (int c, float eps) = (config.HiddenSize, (float)config.LayerNormEps);
        Initializer start = Initializer.Normal((float)config.InitializerRange);
        WeightScope attention = weights["attention"];
        _query = new Linear(c, c, attention["self.query"], initializer: start);
        _key = new Linear(c, c, attention["self.key"], initializer: start);
        _value = new Linear(c, c, attention["self.value"], initializer: start);
        _out = new Linear(c, c, attention["output.dense"], initializer: start);
        _norm1 = new LayerNorm(c, attention["output.LayerNorm"], eps);
        _in = new Linear(c, config.IntermediateSize, weights["intermediate.dense"], initializer: start);
        _down = new Linear(config.IntermediateSize, c, weights["output.dense"], initializer: start);
        _norm2 = new LayerNorm(c, weights["output.LayerNorm"], eps);
    }

    /// <summary>[b, n, c] to the same shape.</summary>
    public Tensor Forward(Tensor x, Tensor? bias)
    {
        using Scope scope = new();
        Tensor seen = Tensor.Attention(_query.Forward(x), _key.Forward(x), _value.Forward(x), _config.NumAttentionHeads, bias: bias);
        x = _norm1.Forward(_out.Forward(seen, residual: x));                                               // [b, n, c]
        Tensor h = Activations.Of(_config.HiddenAct, _in.Forward(x));                                      // [b, n, intermediate]
        return scope.Keep(_norm2.Forward(_down.Forward(h, residual: x)));
    }
}
