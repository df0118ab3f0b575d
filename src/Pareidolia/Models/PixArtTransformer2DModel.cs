// PixArt-alpha: Fast Training of Diffusion Transformer for Photorealistic Text-to-Image Synthesis, https://arxiv.org/abs/2310.00426
using System.Text.Json;
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// A diffusion transformer that reads a text: its tokens also look at the text's, and all blocks share what the time tells them, save for a table of
/// their own. Config and keys are those of diffusers' class of this name.
/// </summary>
public sealed class PixArtTransformer2DModel
{
    private const int Sinusoids = 256;

    private readonly PatchEmbedding _patches;
    private readonly TimestepEmbedding _time;
    private readonly AdaptiveNorm _shared;
    private readonly Linear _captionIn;
    private readonly Linear _captionOut;
    private readonly Block[] _blocks;
    private readonly Tensor _outTable;
    private readonly Linear _out;

    /// <summary>Builds the network at a place in a store.</summary>
    public PixArtTransformer2DModel(PixArtTransformer2DConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        int width = config.Width;
        _patches = new PatchEmbedding(config.InChannels, width, config.PatchSize, weights["pos_embed"]);
        _time = new TimestepEmbedding(Sinusoids, width, weights["adaln_single.emb.timestep_embedder"]);
        _shared = new AdaptiveNorm(width, 6, weights["adaln_single"]);
        _captionIn = new Linear(config.CaptionChannels, width, weights["caption_projection.linear_1"]);
        _captionOut = new Linear(width, width, weights["caption_projection.linear_2"]);
        _blocks = [.. Enumerable.Range(0, config.NumLayers).Select(i => new Block(config, weights["transformer_blocks"][i]))];
        _outTable = weights.Get("scale_shift_table", [2, width], Table(width));
        _out = new Linear(width, config.PatchOutputs, weights["proj_out"], initializer: Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public PixArtTransformer2DConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<PixArtTransformer2DModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<PixArtTransformer2DModel>(new ModelComponent(folder), device, json =>
        {
            PixArtTransformer2DConfig config = PixArtTransformer2DConfig.FromJson(json);
            return weights => new PixArtTransformer2DModel(config, weights);
        });

    /// <summary>A new network, whose first prediction is 0.</summary>
    public static Pretrained<PixArtTransformer2DModel> Initialise(PixArtTransformer2DConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new PixArtTransformer2DModel(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The prediction [b, h, w, out] for a noisy sample.</summary>
    /// <param name="sample">[b, h, w, in]; height and width are multiples of the patch size.</param>
    /// <param name="timesteps">One for each picture, or one for all.</param>
    /// <param name="context">The text's tokens [b, m, caption channels].</param>
    /// <param name="contextMask">1 for each token that may be looked at, else 0, [b, m]; null for all.</param>
    /// <exception cref="TensorException">A shape does not fit.</exception>
    public Tensor Forward(Tensor sample, ReadOnlySpan<float> timesteps, Tensor context, Tensor? contextMask = null)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(context);
        using Scope scope = new();
        (int rows, int columns) = (sample.Shape[1] / Config.PatchSize, sample.Shape[2] / Config.PatchSize);
        Tensor condition = _time.Forward(TimestepEmbedding.Sinusoids(UNetPasses.Times(timesteps, sample.Shape[0]), Sinusoids, sample.Device));
        Tensor[] shared = _shared.Forward(condition);                                                   // 6 x [b, 1, c]
        Tensor text = _captionOut.Forward(_captionIn.Forward(context).GeluTanh());                      // [b, m, c]
        Tensor? bias = contextMask is null ? null : UNetDescent.MaskBias(contextMask);
        Tensor x = _patches.Forward(sample) + PatchEmbedding.Positions(
            rows, columns, Config.Width, Config.SampleSize / Config.PatchSize, Config.PositionScale, sample.Device);
        foreach (Block block in _blocks)
            x = block.Forward(x, shared, text, bias);                                                   // [b, n, c]
        Tensor shift = _outTable.Slice(0, 0, 1) + condition.Reshape(sample.Shape[0], 1, -1), scale = _outTable.Slice(0, 1, 1) + condition.Reshape(sample.Shape[0], 1, -1);
        return scope.Keep(PatchEmbedding.Picture(_out.Forward(x.Modulated(shift, scale)), rows, columns, Config.PatchSize));
    }

    private static Initializer Table(int width) => Initializer.Normal(1 / MathF.Sqrt(width));

    /// <summary>Self-attention, the text, and a feed-forward part.</summary>
    private sealed class Block(PixArtTransformer2DConfig config, WeightScope weights)
    {
        private readonly Tensor _table = weights.Get("scale_shift_table", [6, config.Width], Table(config.Width));
        private readonly CrossAttention _attention1 =
            new(config.Width, config.Width, config.NumAttentionHeads, weights["attn1"], config.AttentionBias);
        private readonly CrossAttention _attention2 =
            new(config.Width, config.CrossAttentionDim, config.NumAttentionHeads, weights["attn2"], config.AttentionBias);
        private readonly GeluFeedForward _feedForward = new(config.Width, weights["ff"]);

        /// <summary>[b, n, c] to the same shape.</summary>
        public Tensor Forward(Tensor x, Tensor[] shared, Tensor text, Tensor? bias)
        {
            using Scope scope = new();
            Tensor[] told = [.. shared.Select((part, i) => part + _table.Slice(0, i, 1))];              // shift, scale, gate; twice
            float eps = (float)config.NormEps;
            Tensor h = x.Modulated(told[0], told[1], eps);
            x += told[2] * _attention1.Forward(h, h, null, null);
            x = _attention2.Forward(x, text, bias, residual: x);
            return scope.Keep(x + (told[5] * _feedForward.Forward(x.Modulated(told[3], told[4], eps))));
        }
    }
}

/// <summary>The numbers of a <see cref="PixArtTransformer2DModel"/>, named as in diffusers' config.json. The defaults are those of PixArt-alpha at 512 pixels.</summary>
public sealed record PixArtTransformer2DConfig : PatchTransformerConfig
{
    // Cells of the latent that positions are counted in: larger pictures are laid over the same range.
    private const int PositionCells = 64;

    /// <summary>PixArt-alpha's numbers at 512 pixels.</summary>
    public PixArtTransformer2DConfig() => SampleSize = 64;

    /// <summary>Whether the attention's projections have biases.</summary>
    public bool AttentionBias { get; init; } = true;

    /// <summary>Width of the text's tokens as the blocks see them.</summary>
    public int CrossAttentionDim { get; init; } = 1152;

    /// <summary>Width of the text's tokens as they come in.</summary>
    public int CaptionChannels { get; init; } = 4096;

    /// <summary>Epsilon of the norms.</summary>
    public double NormEps { get; init; } = 1e-6;

    /// <summary>Divides the tokens' places; null for one for each 64 cells of the trained size.</summary>
    public double? InterpolationScale { get; init; }

    /// <summary>What the places are divided by.</summary>
    internal double PositionScale => InterpolationScale ?? Math.Max(SampleSize / PositionCells, 1);

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static PixArtTransformer2DConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Choice("norm_type", "ada_norm_single");
        config.Choice("activation_fn", "gelu-approximate");
        config.Choice("attention_type", "default");
        config.RequireFalse("norm_elementwise_affine", "use_additional_conditions");
        PixArtTransformer2DConfig standard = new();
        return Read(standard, config) with
        {
            AttentionBias = config.Bool("attention_bias", true),
            CrossAttentionDim = config.Int("cross_attention_dim", standard.CrossAttentionDim),
            CaptionChannels = config.Int("caption_channels", standard.CaptionChannels),
            NormEps = config.Double("norm_eps", standard.NormEps),
            InterpolationScale = config.Has("interpolation_scale") ? config.Double("interpolation_scale") : null,
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        WriteShared(json, nameof(PixArtTransformer2DModel));
        json.WriteBoolean("attention_bias", AttentionBias);
        json.WriteNumber("cross_attention_dim", CrossAttentionDim);
        json.WriteNumber("caption_channels", CaptionChannels);
        json.WriteString("norm_type", "ada_norm_single");
        json.WriteString("activation_fn", "gelu-approximate");
        json.WriteBoolean("norm_elementwise_affine", false);
        json.WriteNumber("norm_eps", NormEps);
        json.WriteOptional("interpolation_scale", InterpolationScale);
        json.WriteBoolean("use_additional_conditions", false);
        json.WriteEndObject();
    }
}
