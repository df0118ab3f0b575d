// Language Models are Unsupervised Multitask Learners, https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Guesses the next token from those before it. Config and keys are those of transformers' GPT2LMHeadModel; the guess is tied to the table of
/// tokens.
/// </summary>
public sealed class Gpt2LmHeadModel
{
    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly Gpt2Block[] _blocks;
    private readonly LayerNorm _norm;

    /// <summary>Builds at a place in a store.</summary>
    public Gpt2LmHeadModel(Gpt2Config config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        WeightScope transformer = weights["transformer"];
        float start = (float)config.InitializerRange;
        _tokens = new Embedding(config.VocabSize, config.NEmbd, transformer["wte"], start);
        _positions = new Embedding(config.NPositions, config.NEmbd, transformer["wpe"], start);
        _blocks = [.. Enumerable.Range(0, config.NLayer).Select(i => new Gpt2Block(config, i, transformer["h"][i]))];
        _norm = new LayerNorm(config.NEmbd, transformer["ln_f"], (float)config.LayerNormEpsilon);
    }

    /// <summary>The numbers it was built with.</summary>
    public Gpt2Config Config { get; }

    /// <summary>Loads a model's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<Gpt2LmHeadModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load(new ModelComponent(folder), device, json => Builder(Gpt2Config.FromJson(json)), IsIgnored);

    /// <summary>A new network.</summary>
    public static Pretrained<Gpt2LmHeadModel> Initialise(Gpt2Config config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, Builder(config));

    /// <summary>Writes a folder that transformers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, Config.Write, weights, type);

    /// <summary>States before the first block, after each one, and at last after the final norm, [b, n, c] each.</summary>
    /// <param name="ids">I32 ids [b, n].</param>
    /// <param name="cache">
    /// Tokens seen before, which these come after; they join it. Only one token may be added to a cache that holds some, as generation does it.
    /// </param>
    /// <exception cref="TensorException">Too many tokens, or an id that the vocabulary does not have.</exception>
    public IReadOnlyList<Tensor> Encode(Tensor ids, Gpt2Cache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        int before = cache?.Length ?? 0;
        if (ids.Rank != 2 || ids.Shape[1] < 1 || before + ids.Shape[1] > Config.NPositions)
            throw new TensorException($"GPT2LMHeadModel: ids {ids.Shape} after {before} tokens should be [b, n] with at most {Config.NPositions} tokens in all.");
        if (before > 0 && ids.Shape[1] != 1)
            throw new TensorException($"GPT2LMHeadModel: {ids.Shape[1]} tokens come after {before} in the cache; one at a time does.");
        using Scope scope = new();
        List<Tensor> states = [scope.Keep(_tokens.Forward(ids) + _positions.Weight.To(DType.F32).Slice(0, before, ids.Shape[1]))];   // [b, n, c]
        foreach (Gpt2Block block in _blocks)
            states.Add(scope.Keep(block.Forward(states[^1], cache)));
        states.Add(scope.Keep(_norm.Forward(states[^1])));
        cache?.Advance(ids.Shape[1]);
        return states;
    }

    /// <summary>What comes next: normalised states [.., c] to logits [.., vocabulary].</summary>
    public Tensor Predict(Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        return states.Linear(_tokens.Weight);
    }

    /// <summary>Logits [b, n, vocabulary] of what comes after every token.</summary>
    public Tensor Forward(Tensor ids)
    {
        using Scope scope = new();
        return scope.Keep(Predict(Encode(ids)[^1]));
    }

    private static Func<WeightScope, Gpt2LmHeadModel> Builder(Gpt2Config config) => weights => new Gpt2LmHeadModel(config, weights);

    // A copy of the tied table, and the causal masks that old checkpoints hold.
    private static bool IsIgnored(string name) => name == "lm_head.weight"
        || name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal);
}

/// <summary>Causal self-attention and a feed-forward part, each on a layer norm and plus its input.</summary>
internal sealed class Gpt2Block
{
    private readonly Gpt2Config _config;
    private readonly int _index;
    private readonly LayerNorm _norm1;
    private readonly Conv1D _attention;
    private readonly Conv1D _out;
    private readonly LayerNorm _norm2;
    private readonly Conv1D _in;
    private readonly Conv1D _down;

    public Gpt2Block(Gpt2Config config, int index, WeightScope weights)
    {
        (_config, _index) = (config, index);
        (int c, int inner, float eps) = (config.NEmbd, config.NInner ?? 4 * config.NEmbd, (float)config.LayerNormEpsilon);
        float start = (float)config.InitializerRange;
        // What enters a residual shrinks with the depth (GPT-2's paper, section 2.3).
        float enters = start / MathF.Sqrt(2 * config.NLayer);
        _norm1 = new LayerNorm(c, weights["ln_1"], eps);
        _attention = new Conv1D(c, 3 * c, weights["attn.c_attn"], start);
        _out = new Conv1D(c, c, weights["attn.c_proj"], enters);
        _norm2 = new LayerNorm(c, weights["ln_2"], eps);
        _in = new Conv1D(c, inner, weights["mlp.c_fc"], start);
        _down = new Conv1D(inner, c, weights["mlp.c_proj"], enters);
    }

    /// <summary>[b, n, c] to the same shape.</summary>
    public Tensor Forward(Tensor x, Gpt2Cache? cache)
    {
        using Scope scope = new();
        Tensor[] parts = _attention.Forward(_norm1.Forward(x)).Chunk(3, -1);                               // [b, n, c] each
        (Tensor query, Tensor keys, Tensor values) = (parts[0], parts[1], parts[2]);
        // A single token behind others sees all of them; several begin a text.
        bool causal = keys.Shape[1] > 1;
        if (cache is not null)
            (keys, values) = cache.Extend(_index, keys, values);
        x += _out.Forward(Tensor.Attention(query, keys, values, _config.NHead, causal: causal));
        Tensor h = Activations.Of(_config.ActivationFunction, _in.Forward(_norm2.Forward(x)));             // [b, n, inner]
        return scope.Keep(x + _down.Forward(h));
    }
}
