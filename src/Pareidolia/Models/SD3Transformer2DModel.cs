// Scaling Rectified Flow Transformers for High-Resolution Image Synthesis, https://arxiv.org/abs/2403.03206
using System.Text.Json;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The network of Stable Diffusion 3 (MMDiT): picture and text are two streams of tokens with weights of their own that meet in every attention; time
/// and pooled text shift, scale and gate both. Config and keys are those of diffusers' class of this name.
/// </summary>
public sealed class SD3Transformer2DModel
{
    private const int Sinusoids = 256;

    private readonly PatchEmbedding _patches;
    private readonly Tensor _positions;
    private readonly TimestepEmbedding _time;
    private readonly TimestepEmbedding _pooled;
    private readonly Linear _context;
    private readonly Block[] _blocks;
    private readonly AdaptiveNorm _normOut;
    private readonly Linear _out;

    /// <summary>Builds the network at a place in a store.</summary>
    public SD3Transformer2DModel(SD3Transformer2DConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (int width, int most) = (config.Width, config.PosEmbedMaxSize);
        _patches = new PatchEmbedding(config.InChannels, width, config.PatchSize, weights["pos_embed"]);
        _positions = weights["pos_embed"].Get("pos_embed", [1, most * most, width], Positions(config), trained: false);
        _time = new TimestepEmbedding(Sinusoids, width, weights["time_text_embed.timestep_embedder"]);
        _pooled = new TimestepEmbedding(config.PooledProjectionDim, width, weights["time_text_embed.text_embedder"]);
        _context = new Linear(config.JointAttentionDim, config.CaptionProjectionDim, weights["context_embedder"]);
        _blocks = [.. Enumerable.Range(0, config.NumLayers).Select(i => new Block(config, i == config.NumLayers - 1, weights["transformer_blocks"][i]))];
        _normOut = new AdaptiveNorm(width, 2, weights["norm_out"]);
        _out = new Linear(width, config.PatchOutputs, weights["proj_out"], initializer: Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public SD3Transformer2DConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<SD3Transformer2DModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<SD3Transformer2DModel>(new ModelComponent(folder), device, json =>
        {
            SD3Transformer2DConfig config = SD3Transformer2DConfig.FromJson(json);
            return weights => new SD3Transformer2DModel(config, weights);
        });

    /// <summary>A new network: every block begins as the identity and the first prediction is 0.</summary>
    public static Pretrained<SD3Transformer2DModel> Initialise(SD3Transformer2DConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new SD3Transformer2DModel(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The prediction [b, h, w, out] for a noisy sample.</summary>
    /// <param name="sample">[b, h, w, in]; height and width are multiples of the patch size, at most as many patches as the table of places has.</param>
    /// <param name="timesteps">One for each picture, or one for all; on the training schedule's scale.</param>
    /// <param name="context">The texts' tokens [b, m, joint attention dim].</param>
    /// <param name="pooled">The whole texts [b, pooled projection dim].</param>
    /// <exception cref="TensorException">A shape does not fit.</exception>
    public Tensor Forward(Tensor sample, ReadOnlySpan<float> timesteps, Tensor context, Tensor pooled)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(pooled);
        using Scope scope = new();
        (int rows, int columns) = (sample.Shape[1] / Config.PatchSize, sample.Shape[2] / Config.PatchSize);
        Tensor time = TimestepEmbedding.Sinusoids(UNetPasses.Times(timesteps, sample.Shape[0]), Sinusoids, sample.Device);
        Tensor condition = _time.Forward(time) + _pooled.Forward(pooled);                               // [b, c]
        Tensor x = _patches.Forward(sample) + Cropped(rows, columns);                                   // [b, n, c]
        Tensor? text = _context.Forward(context);                                                       // [b, m, c]
        foreach (Block block in _blocks)
            (x, text) = block.Forward(x, text!, condition);
        Tensor[] last = _normOut.Forward(condition);                                                    // scale before shift
        return scope.Keep(PatchEmbedding.Picture(_out.Forward(x.Modulated(last[1], last[0])), rows, columns, Config.PatchSize));
    }

    // The middle of the table: [1, rows columns, c].
    private Tensor Cropped(int rows, int columns)
    {
        int most = Config.PosEmbedMaxSize;
        if (rows > most || columns > most)
            throw new TensorException($"SD3Transformer2DModel: {rows} x {columns} patches are more than the {most} x {most} that have a place.");
        Tensor grid = _positions.Reshape(most, most, Config.Width);
        return grid.Slice(0, (most - rows) / 2, rows).Slice(1, (most - columns) / 2, columns).Reshape(1, rows * columns, Config.Width);
    }

    private static Initializer Positions(SD3Transformer2DConfig config)
    {
        using Scope scope = new();
        int most = config.PosEmbedMaxSize;
        return Initializer.Given(PatchEmbedding.Positions(most, most, config.Width, config.SampleSize / config.PatchSize, 1, Backend.Cpu).ToArray());
    }

    /// <summary>One meeting of both streams. In the last block the text is only looked at.</summary>
    private sealed class Block(SD3Transformer2DConfig config, bool isLast, WeightScope weights)
    {
        private readonly AdaptiveNorm _norm = new(config.Width, 6, weights["norm1"]);
        private readonly AdaptiveNorm _textNorm = new(config.Width, isLast ? 2 : 6, weights["norm1_context"]);
        private readonly TwoStreamAttention _attention = new(config.Width, config.NumAttentionHeads, normed: false, isLast, weights["attn"]);
        private readonly GeluFeedForward _feedForward = new(config.Width, weights["ff"]);
        private readonly GeluFeedForward? _textFeedForward = isLast ? null : new GeluFeedForward(config.Width, weights["ff_context"]);

        /// <summary>Picture [b, n, c] and text [b, m, c] to the same shapes; no text after the last.</summary>
        public (Tensor Picture, Tensor? Text) Forward(Tensor x, Tensor text, Tensor condition)
        {
            using Scope scope = new();
            Tensor[] told = _norm.Forward(condition), textTold = _textNorm.Forward(condition);          // shift, scale, gate; twice
            Tensor read = isLast ? text.Modulated(textTold[1], textTold[0]) : text.Modulated(textTold[0], textTold[1]);
            (Tensor seen, Tensor? textSeen) = _attention.Forward(x.Modulated(told[0], told[1]), read);
            x = Stepped(x, seen, told, _feedForward);
            return (scope.Keep(x), textSeen is null ? null : scope.Keep(Stepped(text, textSeen, textTold, _textFeedForward!)));
        }

        private static Tensor Stepped(Tensor x, Tensor seen, Tensor[] told, GeluFeedForward feedForward)
        {
            x += told[2] * seen;
            return x + (told[5] * feedForward.Forward(x.Modulated(told[3], told[4])));
        }
    }
}

/// <summary>The numbers of a <see cref="SD3Transformer2DModel"/>, named as in diffusers' config.json. The defaults are those of Stable Diffusion 3 medium.</summary>
public sealed record SD3Transformer2DConfig : PatchTransformerConfig
{
    /// <summary>Stable Diffusion 3 medium's numbers.</summary>
    public SD3Transformer2DConfig() => (SampleSize, InChannels, OutChannels, NumLayers, NumAttentionHeads, AttentionHeadDim) = (128, 16, 16, 24, 24, 64);

    /// <summary>Width of the texts' tokens as they come in.</summary>
    public int JointAttentionDim { get; init; } = 4096;

    /// <summary>Width of the texts' tokens in the blocks: that of the picture's.</summary>
    public int CaptionProjectionDim { get; init; } = 1536;

    /// <summary>Width of a whole text's vector.</summary>
    public int PooledProjectionDim { get; init; } = 2048;

    /// <summary>Patches of a side that have a place in the table.</summary>
    public int PosEmbedMaxSize { get; init; } = 192;

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static SD3Transformer2DConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.RequireAbsent("qk_norm", "dual_attention_layers");
        SD3Transformer2DConfig standard = new();
        SD3Transformer2DConfig read = Read(standard, config, standard.OutChannels) with
        {
            JointAttentionDim = config.Int("joint_attention_dim", standard.JointAttentionDim),
            CaptionProjectionDim = config.Int("caption_projection_dim", standard.CaptionProjectionDim),
            PooledProjectionDim = config.Int("pooled_projection_dim", standard.PooledProjectionDim),
            PosEmbedMaxSize = config.Int("pos_embed_max_size", standard.PosEmbedMaxSize),
        };
        return read.CaptionProjectionDim == read.Width ? read : throw new PareidoliaException(
            $"'{config.Name}': \"caption_projection_dim\" is {read.CaptionProjectionDim}; {read.Width}, the heads times their channels, is needed.");
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        WriteShared(json, nameof(SD3Transformer2DModel));
        json.WriteNumber("joint_attention_dim", JointAttentionDim);
        json.WriteNumber("caption_projection_dim", CaptionProjectionDim);
        json.WriteNumber("pooled_projection_dim", PooledProjectionDim);
        json.WriteNumber("pos_embed_max_size", PosEmbedMaxSize);
        json.WriteEndObject();
    }
}
