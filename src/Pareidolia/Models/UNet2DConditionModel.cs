// High-Resolution Image Synthesis with Latent Diffusion Models, https://arxiv.org/abs/2112.10752
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The network of Stable Diffusion 1, 2, XL, inpainting and upscaling: from a noisy latent, its time and a text, a prediction of the noise (or
/// of what the scheduler says). Config and keys are those of diffusers' class of this name.
/// </summary>
public sealed class UNet2DConditionModel
{
    // What hides a token: far below any score, yet not -infinity, so that a text without any open token still gives numbers.
    private const float Hidden = -10000;

    private readonly Conv2d _convIn;
    private readonly TimestepEmbedding _timeEmbedding;
    private readonly Embedding? _classEmbedding;
    private readonly TimestepEmbedding? _addEmbedding;
    private readonly UNetDownBlock[] _down;
    private readonly UNetMidBlock _mid;
    private readonly UNetUpBlock[] _up;
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    /// <summary>Builds the network at a place in a store.</summary>
    public UNet2DConditionModel(UNet2DConditionConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        IReadOnlyList<int> channels = config.BlockOutChannels;
        int width = 4 * channels[0];
        ResnetSettings resnets = new(config.NormNumGroups, (float)config.NormEps, width, StartAsIdentity: true);
        _convIn = new Conv2d(config.InChannels, channels[0], 3, weights["conv_in"], Window.Square(1, 1));
        _timeEmbedding = new TimestepEmbedding(channels[0], width, weights["time_embedding"]);
        _classEmbedding = config.NumClassEmbeds is int classes ? new Embedding(classes, width, weights["class_embedding"], deviation: 1) : null;
        _addEmbedding = config.AdditionEmbedType is null
            ? null
            : new TimestepEmbedding(config.ProjectionClassEmbeddingsInputDim, width, weights["add_embedding"]);
        _down = [.. Enumerable.Range(0, channels.Count).Select(level => Down(level, resnets, weights["down_blocks"][level]))];
        _mid = new UNetMidBlock(channels[^1], resnets, weights["mid_block"], at => Attention(channels.Count - 1, onlyCross: false, at));
        _up = [.. Enumerable.Range(0, channels.Count).Select(block => Up(block, resnets, weights["up_blocks"][block]))];
        _normOut = new GroupNorm(config.NormNumGroups, channels[0], weights["conv_norm_out"], (float)config.NormEps, Activation.Silu);
        _convOut = new Conv2d(channels[0], config.OutChannels, 3, weights["conv_out"], Window.Square(1, 1), initializer: Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public UNet2DConditionConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<UNet2DConditionModel> Load(string folder, Backend? device = null) =>
        Load(new ModelComponent(folder), device);

    /// <summary>Loads a part of a model.</summary>
    /// <exception cref="PareidoliaException">It is damaged, or describes another network.</exception>
    public static Pretrained<UNet2DConditionModel> Load(ModelComponent component, Backend? device = null) =>
        ModelStorage.Load<UNet2DConditionModel>(component, device, json =>
        {
            UNet2DConditionConfig config = UNet2DConditionConfig.FromJson(json);
            return weights => new UNet2DConditionModel(config, weights);
        });

    /// <summary>A new network: diffusers' start, save that every residual begins as the identity and the first prediction is 0.</summary>
    public static Pretrained<UNet2DConditionModel> Initialise(UNet2DConditionConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new UNet2DConditionModel(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The prediction [b, h, w, out] for a noisy sample.</summary>
    /// <param name="sample">[b, h, w, in]; any height and width.</param>
    /// <param name="timesteps">One for each picture, or one for all; on the training schedule's scale (0..999), fractions allowed.</param>
    /// <param name="context">The text's tokens [b, m, d].</param>
    /// <param name="extras">What the config asks for beyond that.</param>
    /// <exception cref="TensorException">A shape does not fit, or the config needs extras that are not given.</exception>
    public Tensor Forward(Tensor sample, ReadOnlySpan<float> timesteps, Tensor context, UNetExtras? extras = null)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(context);
        Require(sample, context);
        using Scope scope = new();
        Tensor time = Time(sample, timesteps, extras);                                                  // [b, 4 c0]
        UNetSignals signals = new(time, context, extras?.ContextMask is Tensor mask ? MaskBias(mask) : null);
        Tensor x = _convIn.Forward(Config.CenterInputSample ? sample.Affine(2, -1) : sample);           // [b, h, w, c0]
        x = UNetPasses.Run(x, signals, _down, _mid, _up);
        return scope.Keep(_convOut.Forward(_normOut.Forward(x)));                                       // [b, h, w, out]
    }

    // The time's embedding plus all that is added to it, with the SiLU that every residual block would begin with.
    private Tensor Time(Tensor sample, ReadOnlySpan<float> timesteps, UNetExtras? extras)
    {
        int batch = sample.Shape[0];
        float[] times = UNetPasses.Times(timesteps, batch);
        Tensor time = _timeEmbedding.Forward(
            TimestepEmbedding.Sinusoids(times, Config.BlockOutChannels[0], sample.Device, Config.FlipSinToCos, (float)Config.FreqShift));
        if (_classEmbedding is not null)
            time += _classEmbedding.Forward(UNetPasses.Labels(extras?.ClassLabels, batch, sample.Device));
        if (_addEmbedding is not null)
            time += _addEmbedding.Forward(TextAndSize(extras));
        return time.Silu();
    }

    // [b, d + 6 f]: the pooled text, then sinusoids of the six sizes.
    private Tensor TextAndSize(UNetExtras? extras)
    {
        if (extras?.TextEmbeds is not Tensor text || extras.TimeIds is not Tensor sizes)
            throw new TensorException("UNet2DConditionModel: this model needs TextEmbeds [b, d] and TimeIds [b, 6] in its extras.");
        Tensor sinusoids = TimestepEmbedding.Sinusoids(
            sizes.ToArray(), Config.AdditionTimeEmbedDim, text.Device, Config.FlipSinToCos, (float)Config.FreqShift);   // [6 b, f]
        return Tensor.Concat(-1, text, sinusoids.Reshape(text.Shape[0], -1));
    }

    private static Tensor MaskBias(Tensor mask) => mask.To(DType.F32).Affine(-Hidden, Hidden).Reshape(mask.Shape[0], 1, 1, mask.Shape[1]);

    private void Require(Tensor sample, Tensor context)
    {
        if (sample.Rank != 4 || sample.Shape[3] != Config.InChannels)
            throw new TensorException($"UNet2DConditionModel: sample {sample.Shape} should be [b, h, w, {Config.InChannels}].");
        if (context.Rank != 3 || context.Shape[0] != sample.Shape[0] || context.Shape[2] != Config.CrossAttentionDim[0])
            throw new TensorException(
                $"UNet2DConditionModel: context {context.Shape} should be [{sample.Shape[0]}, m, {Config.CrossAttentionDim[0]}].");
    }

    private UNetDownBlock Down(int level, ResnetSettings resnets, WeightScope weights)
    {
        bool attends = Config.DownBlockTypes[level] == "CrossAttnDownBlock2D";
        return new UNetDownBlock(
            UNetBlockShape.Down(Config.BlockOutChannels, level, Config.LayersPerBlock[level]), resnets, Config.DownsamplePadding, weights,
            attends ? at => Attention(level, Config.OnlyCrossAttention[level], at) : null);
    }

    private UNetUpBlock Up(int block, ResnetSettings resnets, WeightScope weights)
    {
        int level = Config.BlockOutChannels.Count - 1 - block;
        bool attends = Config.UpBlockTypes[block] == "CrossAttnUpBlock2D";
        return new UNetUpBlock(
            UNetBlockShape.Up(Config.BlockOutChannels, block, Config.LayersPerBlock[level]), resnets, weights,
            attends ? at => Attention(level, Config.OnlyCrossAttention[level], at) : null);
    }

    private SpatialMixing Attention(int level, bool onlyCross, WeightScope weights)
    {
        TransformerSettings settings = new(
            Config.AttentionHeads[level], Config.TransformerLayersPerBlock[level], Config.CrossAttentionDim[level], Config.NormNumGroups,
            Config.UseLinearProjection, onlyCross);
        Transformer2D transformer = new(Config.BlockOutChannels[level], settings, weights);
        return (x, signals) => transformer.Forward(x, signals.Context!, signals.ContextBias);
    }
}
