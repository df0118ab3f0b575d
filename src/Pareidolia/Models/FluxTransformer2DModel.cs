// FLUX.1, https://github.com/black-forest-labs/flux, after https://arxiv.org/abs/2403.03206 and https://arxiv.org/abs/2302.05442 (parallel layers)
using System.Text.Json;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The network of FLUX.1: blocks of two streams (picture and text), then blocks in which both are one stream; places are angles along three axes.
/// Config and keys are those of diffusers' class of this name.
/// </summary>
public sealed class FluxTransformer2DModel
{
    private const int Sinusoids = 256;

    // Times and guidance come in 0..1 and are read on the scale of sinusoids.
    private const float TimeScale = 1000;

    private readonly Linear _picture;
    private readonly Linear _context;
    private readonly TimestepEmbedding _time;
    private readonly TimestepEmbedding? _guidance;
    private readonly TimestepEmbedding _pooled;
    private readonly DoubleBlock[] _double;
    private readonly SingleBlock[] _single;
    private readonly AdaptiveNorm _normOut;
    private readonly Linear _out;

    /// <summary>Builds the network at a place in a store.</summary>
    public FluxTransformer2DModel(FluxTransformer2DConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (int width, int outputs, WeightScope told) = (config.Width, config.PatchSize * config.PatchSize * config.InChannels, weights["time_text_embed"]);
        _picture = new Linear(config.InChannels, width, weights["x_embedder"]);
        _context = new Linear(config.JointAttentionDim, width, weights["context_embedder"]);
        _time = new TimestepEmbedding(Sinusoids, width, told["timestep_embedder"]);
        _guidance = config.GuidanceEmbeds ? new TimestepEmbedding(Sinusoids, width, told["guidance_embedder"]) : null;
        _pooled = new TimestepEmbedding(config.PooledProjectionDim, width, told["text_embedder"]);
        _double = [.. Enumerable.Range(0, config.NumLayers).Select(i => new DoubleBlock(config, weights["transformer_blocks"][i]))];
        _single = [.. Enumerable.Range(0, config.NumSingleLayers).Select(i => new SingleBlock(config, weights["single_transformer_blocks"][i]))];
        _normOut = new AdaptiveNorm(width, 2, weights["norm_out"]);
        _out = new Linear(width, outputs, weights["proj_out"], initializer: Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public FluxTransformer2DConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<FluxTransformer2DModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<FluxTransformer2DModel>(new ModelComponent(folder), device, json =>
        {
            FluxTransformer2DConfig config = FluxTransformer2DConfig.FromJson(json);
            return weights => new FluxTransformer2DModel(config, weights);
        });

    /// <summary>A new network: every block begins as the identity and the first prediction is 0.</summary>
    public static Pretrained<FluxTransformer2DModel> Initialise(FluxTransformer2DConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new FluxTransformer2DModel(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The prediction [b, n, in] for the tokens of a noisy sample.</summary>
    /// <param name="tokens">[b, n, in]: 2 x 2 cells of the latent side by side.</param>
    /// <param name="places">The tokens' places [n, 3]: 0, row, column.</param>
    /// <param name="timesteps">One for each picture, or one for all; 0..1, 1 is noise alone.</param>
    /// <param name="context">The texts' tokens [b, m, joint attention dim]; their places are all 0 unless they are given.</param>
    /// <param name="pooled">The whole texts [b, pooled projection dim].</param>
    /// <param name="guidance">How strongly the prompt is followed, one for each picture or for all, where the config has guidance embeds.</param>
    /// <param name="textPlaces">The places of the texts' tokens [m, 3].</param>
    /// <exception cref="TensorException">A shape does not fit, or the guidance is missing.</exception>
    public Tensor Forward(
        Tensor tokens, Tensor places, ReadOnlySpan<float> timesteps, Tensor context, Tensor pooled, ReadOnlySpan<float> guidance = default,
        Tensor? textPlaces = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(pooled);
        if (tokens.Rank != 3 || tokens.Shape[2] != Config.InChannels || places.Shape != new Shape([tokens.Shape[1], Config.AxesDimsRope.Count]))
            throw new TensorException(
                $"FluxTransformer2DModel: tokens {tokens.Shape} and places {places.Shape} should be [b, n, {Config.InChannels}] and [n, {Config.AxesDimsRope.Count}].");
        using Scope scope = new();
        Tensor condition = Condition(timesteps, guidance, pooled);                                      // [b, c]
        Tensor x = _picture.Forward(tokens), text = _context.Forward(context);                          // [b, n, c], [b, m, c]
        textPlaces ??= Tensor.Zeros([text.Shape[1], places.Shape[1]], places.Device);
        RotaryPositions turns = new(Tensor.Concat(0, textPlaces, places), Config.AxesDimsRope);
        foreach (DoubleBlock block in _double)
            (x, text) = block.Forward(x, text, condition, turns);
        Tensor all = Tensor.Concat(1, text, x);                                                         // [b, m + n, c]
        foreach (SingleBlock block in _single)
            all = block.Forward(all, condition, turns);
        Tensor[] last = _normOut.Forward(condition);                                                    // scale before shift
        return scope.Keep(_out.Forward(all.Slice(1, text.Shape[1], x.Shape[1]).Modulated(last[1], last[0])));
    }

    private Tensor Condition(ReadOnlySpan<float> timesteps, ReadOnlySpan<float> guidance, Tensor pooled)
    {
        Tensor condition = _time.Forward(Waves(timesteps, pooled)) + _pooled.Forward(pooled);
        if (_guidance is null)
            return condition;
        if (guidance.IsEmpty)
            throw new TensorException("FluxTransformer2DModel: this model is told how strongly to follow the prompt; give its guidance.");
        return condition + _guidance.Forward(Waves(guidance, pooled));
    }

    private static Tensor Waves(ReadOnlySpan<float> values, Tensor pooled) => TimestepEmbedding.Sinusoids(
        Array.ConvertAll(UNetPasses.Times(values, pooled.Shape[0]), value => value * TimeScale), Sinusoids, pooled.Device);

    /// <summary>One meeting of both streams.</summary>
    private sealed class DoubleBlock(FluxTransformer2DConfig config, WeightScope weights)
    {
        private readonly AdaptiveNorm _norm = new(config.Width, 6, weights["norm1"]);
        private readonly AdaptiveNorm _textNorm = new(config.Width, 6, weights["norm1_context"]);
        private readonly TwoStreamAttention _attention = new(config.Width, config.NumAttentionHeads, normed: true, textEnds: false, weights["attn"]);
        private readonly GeluFeedForward _feedForward = new(config.Width, weights["ff"]);
        private readonly GeluFeedForward _textFeedForward = new(config.Width, weights["ff_context"]);

        /// <summary>Picture [b, n, c] and text [b, m, c] to the same shapes.</summary>
        public (Tensor Picture, Tensor Text) Forward(Tensor x, Tensor text, Tensor condition, RotaryPositions turns)
        {
            using Scope scope = new();
            Tensor[] told = _norm.Forward(condition), textTold = _textNorm.Forward(condition);          // shift, scale, gate; twice
            (Tensor seen, Tensor? textSeen) = _attention.Forward(x.Modulated(told[0], told[1]), text.Modulated(textTold[0], textTold[1]), turns.Turn);
            return (scope.Keep(Stepped(x, seen, told, _feedForward)), scope.Keep(Stepped(text, textSeen!, textTold, _textFeedForward)));
        }

        private static Tensor Stepped(Tensor x, Tensor seen, Tensor[] told, GeluFeedForward feedForward)
        {
            x += told[2] * seen;
            return x + (told[5] * feedForward.Forward(x.Modulated(told[3], told[4])));
        }
    }

    /// <summary>Attention and feed-forward part side by side on one stream.</summary>
    private sealed class SingleBlock(FluxTransformer2DConfig config, WeightScope weights)
    {
        private readonly AdaptiveNorm _norm = new(config.Width, 3, weights["norm"]);
        private readonly HeadProjections _heads =
            new(config.Width, config.NumAttentionHeads, ("to_q", "to_k", "to_v"), ("norm_q", "norm_k"), weights["attn"]);
        private readonly Linear _wide = new(config.Width, 4 * config.Width, weights["proj_mlp"]);
        private readonly Linear _out = new(5 * config.Width, config.Width, weights["proj_out"]);

        /// <summary>[b, m + n, c] to the same shape.</summary>
        public Tensor Forward(Tensor x, Tensor condition, RotaryPositions turns)
        {
            using Scope scope = new();
            Tensor[] told = _norm.Forward(condition);                                                   // shift, scale, gate
            Tensor h = x.Modulated(told[0], told[1]);
            (Tensor q, Tensor k, Tensor v) = _heads.Forward(h);
            Tensor seen = Tensor.Attention(turns.Turn(q), turns.Turn(k), v, config.NumAttentionHeads);
            return scope.Keep(x + (told[2] * _out.Forward(Tensor.Concat(2, seen, _wide.Forward(h).GeluTanh()))));
        }
    }
}

/// <summary>The numbers of a <see cref="FluxTransformer2DModel"/>, named as in diffusers' config.json. The defaults are those of FLUX.1 dev.</summary>
public sealed record FluxTransformer2DConfig
{
    /// <summary>Cells of a token beyond those that its channels hold already: 1 in all published models.</summary>
    public int PatchSize { get; init; } = 1;

    /// <summary>Numbers of a token of the sample.</summary>
    public int InChannels { get; init; } = 64;

    /// <summary>Blocks of two streams.</summary>
    public int NumLayers { get; init; } = 19;

    /// <summary>Blocks of one stream.</summary>
    public int NumSingleLayers { get; init; } = 38;

    /// <summary>Heads of the attention.</summary>
    public int NumAttentionHeads { get; init; } = 24;

    /// <summary>Channels of a head.</summary>
    public int AttentionHeadDim { get; init; } = 128;

    /// <summary>Width of the texts' tokens as they come in.</summary>
    public int JointAttentionDim { get; init; } = 4096;

    /// <summary>Width of a whole text's vector.</summary>
    public int PooledProjectionDim { get; init; } = 768;

    /// <summary>Whether it is told how strongly the prompt is followed, as the distilled model is.</summary>
    public bool GuidanceEmbeds { get; init; } = true;

    /// <summary>Channels of a head that turn with each axis of a token's place.</summary>
    public IReadOnlyList<int> AxesDimsRope { get; init; } = [16, 56, 56];

    /// <summary>Channels of all tokens within the blocks.</summary>
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or the axes' channels are not those of a head.</exception>
    public static FluxTransformer2DConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        FluxTransformer2DConfig standard = new();
        FluxTransformer2DConfig read = new()
        {
            PatchSize = config.Int("patch_size", standard.PatchSize),
            InChannels = config.Int("in_channels", standard.InChannels),
            NumLayers = config.Int("num_layers", standard.NumLayers),
            NumSingleLayers = config.Int("num_single_layers", standard.NumSingleLayers),
            NumAttentionHeads = config.Int("num_attention_heads", standard.NumAttentionHeads),
            AttentionHeadDim = config.Int("attention_head_dim", standard.AttentionHeadDim),
            JointAttentionDim = config.Int("joint_attention_dim", standard.JointAttentionDim),
            PooledProjectionDim = config.Int("pooled_projection_dim", standard.PooledProjectionDim),
            GuidanceEmbeds = config.Bool("guidance_embeds", false),
            AxesDimsRope = config.Ints("axes_dims_rope", standard.AxesDimsRope),
        };
        return read.AxesDimsRope.Sum() == read.AttentionHeadDim && read.AxesDimsRope.All(channels => channels % 2 == 0) ? read : throw new PareidoliaException(
            $"'{config.Name}': \"axes_dims_rope\" is [{string.Join(", ", read.AxesDimsRope)}]; even numbers that add up to {read.AttentionHeadDim}, the channels of a head, are needed.");
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("_class_name", nameof(FluxTransformer2DModel));
        json.WriteNumber("patch_size", PatchSize);
        json.WriteNumber("in_channels", InChannels);
        json.WriteNumber("num_layers", NumLayers);
        json.WriteNumber("num_single_layers", NumSingleLayers);
        json.WriteNumber("num_attention_heads", NumAttentionHeads);
        json.WriteNumber("attention_head_dim", AttentionHeadDim);
        json.WriteNumber("joint_attention_dim", JointAttentionDim);
        json.WriteNumber("pooled_projection_dim", PooledProjectionDim);
        json.WriteBoolean("guidance_embeds", GuidanceEmbeds);
        json.WriteList("axes_dims_rope", AxesDimsRope);
        json.WriteEndObject();
    }
}
