// Hierarchical Text-Conditional Image Generation with CLIP Latents, https://arxiv.org/abs/2204.06125, section 2.2
using System.Text.Json;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// unCLIP's prior: from a text to where CLIP would see its picture. A transformer over the text's tokens and its embedding, each token seeing those before
/// it. <c>"diffusion"</c>: behind them stand the time, the noisy picture embedding and a learned question, whose answer is the clean embedding.
/// <c>"autoregressive"</c>: behind them stand the numbers of the picture embedding, in the directions in which pictures differ most and cut into steps,
/// one after the other as words of a text. Config and keys of the first are those of diffusers' class of this name.
/// </summary>
public sealed class PriorTransformer
{
    private readonly Linear _textTokens;
    private readonly Linear _textEmbedding;
    private readonly Tensor _positions;
    private readonly Block[] _blocks;
    private readonly LayerNorm _normOut;
    private readonly Linear _out;
    private readonly Tensor _mean;
    private readonly Tensor _deviation;

    // Of the diffusion variant.
    private readonly TimestepEmbedding? _time;
    private readonly Linear? _in;
    private readonly Tensor? _question;

    // Of the autoregressive variant.
    private readonly Embedding? _codes;
    private readonly Tensor? _basis;

    /// <summary>Builds the network at a place in a store.</summary>
    public PriorTransformer(PriorTransformerConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (int width, int d) = (config.Width, config.EmbeddingDim);
        Initializer small = Initializer.Normal(0.02f);
        _textTokens = new Linear(d, width, weights["encoder_hidden_states_proj"]);
        _textEmbedding = new Linear(d, width, weights["embedding_proj"]);
        _positions = weights.Get("positional_embedding", [1, config.Tokens, width], small);
        _blocks = [.. Enumerable.Range(0, config.NumLayers).Select(i => new Block(config, weights["transformer_blocks"][i]))];
        _normOut = new LayerNorm(width, weights["norm_out"]);
        _mean = weights.Get("clip_mean", [1, d], Initializer.Zeros, trained: false);
        _deviation = weights.Get("clip_std", [1, d], Initializer.Ones, trained: false);
        _out = new Linear(width, config.IsAutoregressive ? config.CodeLevels : d, weights["proj_to_clip_embeddings"]);
        if (config.IsAutoregressive)
        {
            _codes = new Embedding(config.CodeLevels, width, weights["code_embedding"]);
            _basis = weights.Get("code_basis", [config.Codes, d], Initializer.Zeros, trained: false);
            return;
        }
        _time = new TimestepEmbedding(width, width, weights["time_embedding"]);
        _in = new Linear(d, width, weights["proj_in"]);
        _question = weights.Get("prd_embedding", [1, 1, width], small);
    }

    /// <summary>The numbers it was built with.</summary>
    public PriorTransformerConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<PriorTransformer> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<PriorTransformer>(new ModelComponent(folder), device, json =>
        {
            PriorTransformerConfig config = PriorTransformerConfig.FromJson(json);
            return weights => new PriorTransformer(config, weights);
        });

    /// <summary>A new network.</summary>
    public static Pretrained<PriorTransformer> Initialise(PriorTransformerConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new PriorTransformer(config, weights));

    /// <summary>Writes a component's folder.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The diffusion variant's prediction of the clean embedding [b, d], normed as the noisy one is.</summary>
    /// <param name="noisy">Normed embeddings with noise [b, d].</param>
    /// <param name="timesteps">One for each, or one for all.</param>
    /// <param name="text">Text embeddings [b, d].</param>
    /// <param name="tokens">The texts' tokens [b, n, d].</param>
    /// <exception cref="TensorException">A shape does not fit, or this is the other variant.</exception>
    public Tensor Forward(Tensor noisy, ReadOnlySpan<float> timesteps, Tensor text, Tensor tokens)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        if (_time is null || _in is null || _question is null)
            throw new TensorException("PriorTransformer: this prior is autoregressive and does not denoise.");
        using Scope scope = new();
        int b = noisy.Shape[0];
        Tensor time = _time.Forward(TimestepEmbedding.Sinusoids(UNetPasses.Times(timesteps, b), Config.Width, noisy.Device));
        Tensor[] rest = [time.Reshape(b, 1, -1), _in.Forward(noisy).Reshape(b, 1, -1), _question.BroadcastTo([b, 1, Config.Width])];
        Tensor read = Read(text, tokens, Tensor.Concat(1, rest));                                       // [b, n + 4, c]
        return scope.Keep(_out.Forward(read.Slice(1, read.Shape[1] - 1, 1)).Reshape(b, Config.EmbeddingDim));
    }

    /// <summary>The autoregressive variant's logits of the next code after each of those that are there: [b, k + 1, levels].</summary>
    /// <param name="codes">I32 codes so far [b, k], k below <see cref="PriorTransformerConfig.Codes"/>; null for none.</param>
    /// <param name="text">Text embeddings [b, d].</param>
    /// <param name="tokens">The texts' tokens [b, n, d].</param>
    /// <exception cref="TensorException">A shape does not fit, or this is the other variant.</exception>
    public Tensor Logits(Tensor? codes, Tensor text, Tensor tokens)
    {
        if (_codes is null)
            throw new TensorException("PriorTransformer: this prior denoises and has no codes.");
        using Scope scope = new();
        int k = codes?.Shape[1] ?? 0;
        Tensor read = Read(text, tokens, codes is null ? null : _codes.Forward(codes));
        return scope.Keep(_out.Forward(read.Slice(1, read.Shape[1] - 1 - k, k + 1)));
    }

    /// <summary>Draws embeddings [b, d] of pictures for texts.</summary>
    /// <param name="text">Text embeddings [b, d].</param>
    /// <param name="tokens">The texts' tokens [b, n, d].</param>
    /// <param name="random">What is drawn by.</param>
    /// <param name="denoise">Walks a network (sample and timestep to prediction) from noise [b, d] to a clean sample; codes need none.</param>
    public Tensor Draw(Tensor text, Tensor tokens, TorchCpuGenerator random, Func<Func<Tensor, double, Tensor>, Tensor, Tensor> denoise)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(denoise);
        using Scope scope = new();
        if (Config.IsAutoregressive)
            return scope.Keep(Decode(DrawCodes(text, tokens, random)));
        Tensor noise = Tensor.Randn([text.Shape[0], Config.EmbeddingDim], random, text.Device);
        return scope.Keep(Unnormed(denoise((sample, time) => Forward(sample, [(float)time], text, tokens), noise)));
    }

    /// <summary>Embeddings [b, d], each number less its mean and over its deviation.</summary>
    public Tensor Normed(Tensor embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        return (embeddings - _mean) / _deviation;
    }

    /// <summary>The inverse of <see cref="Normed"/>.</summary>
    public Tensor Unnormed(Tensor normed)
    {
        ArgumentNullException.ThrowIfNull(normed);
        return (normed * _deviation) + _mean;
    }

    /// <summary>The codes of embeddings [b, d]: which step each of their numbers lies in, row after row.</summary>
    public int[] Encode(Tensor embeddings)
    {
        using Scope scope = new();
        float[] places = Normed(embeddings).MatMul(Basis, transposeOther: true).ToArray();
        return Array.ConvertAll(places, place => (int)Math.Clamp(Math.Round((place / Config.CodeRange + 1) / 2 * (Config.CodeLevels - 1)), 0, Config.CodeLevels - 1));
    }

    /// <summary>Embeddings [b, d] of codes, row after row.</summary>
    public Tensor Decode(IReadOnlyList<int> codes)
    {
        ArgumentNullException.ThrowIfNull(codes);
        using Scope scope = new();
        float[] places = [.. codes.Select(code => (float)(((2.0 * code / (Config.CodeLevels - 1)) - 1) * Config.CodeRange))];
        return scope.Keep(Unnormed(Tensor.From(places, [codes.Count / Config.Codes, Config.Codes], _mean.Device).MatMul(Basis)));
    }

    /// <summary>Sets the mean and the deviation of embeddings [d], which training measures.</summary>
    public void SetMoments(ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        _mean.Load(mean);
        _deviation.Load(deviation);
    }

    /// <summary>Sets the directions [codes, d], rows of length 1, that codes count along.</summary>
    public void SetDirections(ReadOnlySpan<float> rows) => Basis.Load(rows);

    // Row after row.
    private int[] DrawCodes(Tensor text, Tensor tokens, TorchCpuGenerator random)
    {
        int b = text.Shape[0];
        List<int>[] rows = [.. Enumerable.Range(0, b).Select(_ => new List<int>())];
        for (int k = 0; k < Config.Codes; k++)
        {
            using Scope scope = new();
            Tensor? before = k == 0 ? null : Tensor.From([.. rows.SelectMany(row => row)], [b, k], text.Device);
            float[][] shares = [.. Logits(before, text, tokens).Slice(1, k, 1).Softmax().ToArray().Chunk(Config.CodeLevels)];
            float[] draws = new float[b];
            random.Rand(draws);
            for (int i = 0; i < b; i++)
                rows[i].Add(Drawn(shares[i], draws[i]));
        }
        return [.. rows.SelectMany(row => row)];
    }

    // The first step at which the shares so far exceed the draw.
    private static int Drawn(float[] shares, float draw)
    {
        double sum = 0;
        for (int level = 0; level < shares.Length; level++)
            if ((sum += shares[level]) > draw)
                return level;
        return shares.Length - 1;
    }

    private Tensor Basis => _basis ?? throw new TensorException("PriorTransformer: this prior denoises and has no codes.");

    // [b, n + 1 + m, c] of all tokens.
    private Tensor Read(Tensor text, Tensor tokens, Tensor? rest)
    {
        (int b, int d) = (text.Shape[0], Config.EmbeddingDim);
        if (text.Shape != new Shape([b, d]) || tokens.Shape != new Shape([b, Config.NumEmbeddings, d]))
            throw new TensorException($"PriorTransformer: text {text.Shape} and tokens {tokens.Shape} should be [b, {d}] and [b, {Config.NumEmbeddings}, {d}].");
        Tensor x = Tensor.Concat(1, _textTokens.Forward(tokens), _textEmbedding.Forward(text).Reshape(b, 1, -1));
        x = rest is null ? x : Tensor.Concat(1, x, rest);
        x += _positions.Slice(1, 0, x.Shape[1]);
        foreach (Block block in _blocks)
            x = block.Forward(x);
        return _normOut.Forward(x);
    }

    /// <summary>Causal self-attention and a feed-forward part.</summary>
    private sealed class Block(PriorTransformerConfig config, WeightScope weights)
    {
        private readonly LayerNorm _norm1 = new(config.Width, weights["norm1"]);
        private readonly HeadProjections _heads = new(config.Width, config.NumAttentionHeads, ("to_q", "to_k", "to_v"), null, weights["attn1"]);
        private readonly Linear _attended = new(config.Width, config.Width, weights["attn1.to_out.0"]);
        private readonly LayerNorm _norm3 = new(config.Width, weights["norm3"]);
        private readonly Linear _wide = new(config.Width, 4 * config.Width, weights["ff.net.0.proj"]);
        private readonly Linear _narrow = new(4 * config.Width, config.Width, weights["ff.net.2"]);

        /// <summary>[b, n, c] to the same shape.</summary>
        public Tensor Forward(Tensor x)
        {
            using Scope scope = new();
            (Tensor q, Tensor k, Tensor v) = _heads.Forward(_norm1.Forward(x));
            x = _attended.Forward(Tensor.Attention(q, k, v, config.NumAttentionHeads, causal: true), residual: x);
            return scope.Keep(_narrow.Forward(_wide.Forward(_norm3.Forward(x)).Gelu(), residual: x));
        }
    }
}
