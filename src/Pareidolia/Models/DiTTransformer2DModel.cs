// Scalable Diffusion Models with Transformers, https://arxiv.org/abs/2212.09748
using System.Text.Json;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// A diffusion transformer that draws a class: the picture's squares are tokens, and time and class shift, scale and gate every layer. Config and keys
/// are those of diffusers' class of this name.
/// </summary>
public sealed class DiTTransformer2DModel
{
    private readonly PatchEmbedding _patches;
    private readonly Block[] _blocks;
    private readonly Linear _outModulation;
    private readonly Linear _out;

    /// <summary>Builds the network at a place in a store.</summary>
    public DiTTransformer2DModel(DiTTransformer2DConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _patches = new PatchEmbedding(config.InChannels, config.Width, config.PatchSize, weights["pos_embed"]);
        _blocks = [.. Enumerable.Range(0, config.NumLayers).Select(i => new Block(config, weights["transformer_blocks"][i]))];
        _outModulation = new Linear(config.Width, 2 * config.Width, weights["proj_out_1"], initializer: Initializer.Zeros);
        _out = new Linear(config.Width, config.PatchOutputs, weights["proj_out_2"], initializer: Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public DiTTransformer2DConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<DiTTransformer2DModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<DiTTransformer2DModel>(new ModelComponent(folder), device, json =>
        {
            DiTTransformer2DConfig config = DiTTransformer2DConfig.FromJson(json);
            return weights => new DiTTransformer2DModel(config, weights);
        });

    /// <summary>A new network: every block begins as the identity and the first prediction is 0.</summary>
    public static Pretrained<DiTTransformer2DModel> Initialise(DiTTransformer2DConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new DiTTransformer2DModel(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The prediction [b, h, w, out] for a noisy sample; the first half of its channels is the noise where it also tells the variance.</summary>
    /// <param name="sample">[b, h, w, in]; height and width are multiples of the patch size.</param>
    /// <param name="timesteps">One for each picture, or one for all.</param>
    /// <param name="classLabels">A class for each picture; <see cref="DiTTransformer2DConfig.NumEmbedsAdaNorm"/> stands for none.</param>
    /// <exception cref="TensorException">A shape does not fit, or the labels are missing.</exception>
    public Tensor Forward(Tensor sample, ReadOnlySpan<float> timesteps, IReadOnlyList<int> classLabels)
    {
        ArgumentNullException.ThrowIfNull(sample);
        using Scope scope = new();
        (int rows, int columns) = (sample.Shape[1] / Config.PatchSize, sample.Shape[2] / Config.PatchSize);
        float[] times = UNetPasses.Times(timesteps, sample.Shape[0]);
        Tensor labels = UNetPasses.Labels(classLabels, sample.Shape[0], sample.Device);
        Tensor x = _patches.Forward(sample) + PatchEmbedding.Positions(rows, columns, Config.Width, Config.SampleSize / Config.PatchSize, 1, sample.Device);
        foreach (Block block in _blocks)
            x = block.Forward(x, times, labels);                                                        // [b, n, c]
        Tensor[] last = _outModulation.Forward(_blocks[0].Condition(times, labels).Silu()).Reshape(sample.Shape[0], 1, -1).Chunk(2, 2);
        return scope.Keep(PatchEmbedding.Picture(_out.Forward(x.Modulated(last[0], last[1])), rows, columns, Config.PatchSize));
    }

    /// <summary>Self-attention and a feed-forward part, each shifted, scaled and gated by time and class. Every block reads those by itself.</summary>
    private sealed class Block(DiTTransformer2DConfig config, WeightScope weights)
    {
        private const int Sinusoids = 256;

        private readonly TimestepEmbedding _time = new(Sinusoids, config.Width, weights["norm1.emb.timestep_embedder"]);
        private readonly Embedding _class = new(config.NumEmbedsAdaNorm + 1, config.Width, weights["norm1.emb.class_embedder.embedding_table"]);
        private readonly AdaptiveNorm _norm = new(config.Width, 6, weights["norm1"]);
        private readonly CrossAttention _attention =
            new(config.Width, config.Width, config.NumAttentionHeads, weights["attn1"], config.AttentionBias);
        private readonly GeluFeedForward _feedForward = new(config.Width, weights["ff"]);

        /// <summary>Time and class as one vector [b, c].</summary>
        public Tensor Condition(float[] times, Tensor labels) =>
            _time.Forward(TimestepEmbedding.Sinusoids(times, Sinusoids, labels.Device, shift: 1)) + _class.Forward(labels);

        /// <summary>[b, n, c] to the same shape.</summary>
        public Tensor Forward(Tensor x, float[] times, Tensor labels)
        {
            using Scope scope = new();
            Tensor[] told = _norm.Forward(Condition(times, labels));                                    // shift, scale, gate; twice
            Tensor h = x.Modulated(told[0], told[1]);
            x += told[2] * _attention.Forward(h, h, null, null);
            return scope.Keep(x + (told[5] * _feedForward.Forward(x.Modulated(told[3], told[4], (float)config.NormEps))));
        }
    }
}

/// <summary>The numbers of a <see cref="DiTTransformer2DModel"/>, named as in diffusers' config.json. The defaults are those of DiT-XL/2.</summary>
public sealed record DiTTransformer2DConfig : PatchTransformerConfig
{
    /// <summary>DiT-XL/2's numbers.</summary>
    public DiTTransformer2DConfig() => SampleSize = 32;

    /// <summary>Whether the attention's projections have biases.</summary>
    public bool AttentionBias { get; init; } = true;

    /// <summary>Number of classes; one more stands for none.</summary>
    public int NumEmbedsAdaNorm { get; init; } = 1000;

    /// <summary>Epsilon of the feed-forward parts' norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static DiTTransformer2DConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("norm_type", "ada_norm_zero");
        config.Choice("activation_fn", "gelu-approximate");
        config.RequireFalse("norm_elementwise_affine");
        DiTTransformer2DConfig standard = new();
        return Read(standard, config) with
        {
            AttentionBias = config.Bool("attention_bias", true),
            NumEmbedsAdaNorm = config.Int("num_embeds_ada_norm", standard.NumEmbedsAdaNorm),
            NormEps = config.Double("norm_eps", standard.NormEps),
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        WriteShared(json, nameof(DiTTransformer2DModel));
        json.WriteBoolean("attention_bias", AttentionBias);
        json.WriteNumber("num_embeds_ada_norm", NumEmbedsAdaNorm);
        json.WriteString("norm_type", "ada_norm_zero");
        json.WriteString("activation_fn", "gelu-approximate");
        json.WriteBoolean("norm_elementwise_affine", false);
        json.WriteNumber("norm_eps", NormEps);
        json.WriteEndObject();
    }
}
