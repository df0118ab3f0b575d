using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The first half of a <see cref="UNet2DConditionModel"/>, which its ControlNets have too: the time and all that joins it, the way down and the
/// bottom. Keys <c>conv_in</c>, <c>time_embedding</c>, <c>class_embedding</c>, <c>add_embedding</c>, <c>encoder_hid_proj</c>, <c>down_blocks</c>,
/// <c>mid_block</c>.
/// </summary>
internal sealed class UNetDescent
{
    // What hides a token: far below any score, yet not -infinity, so that a text without any open token still gives numbers.
    private const float Hidden = -10000;

    private readonly UNet2DConditionConfig _config;
    private readonly ResnetSettings _resnets;
    private readonly Conv2d _convIn;
    private readonly TimestepEmbedding _timeEmbedding;
    private readonly Embedding? _classEmbedding;
    private readonly TimestepEmbedding? _labelEmbedding;
    private readonly Linear? _textProjection;
    private readonly ImageProjection? _imageProjection;
    private readonly ImageTimeEmbedding? _imageEmbedding;
    private readonly TimestepEmbedding? _addEmbedding;
    private readonly TextTimeEmbedding? _textEmbedding;

    /// <summary>Builds it at a place in a store.</summary>
    public UNetDescent(UNet2DConditionConfig config, ResnetSettings resnets, WeightScope weights)
    {
        (_config, _resnets) = (config, resnets);
        IReadOnlyList<int> channels = config.BlockOutChannels;
        int width = 4 * channels[0];
        _convIn = new Conv2d(config.InChannels, channels[0], 3, weights["conv_in"], Window.Square(1, 1));
        _timeEmbedding = new TimestepEmbedding(channels[0], width, weights["time_embedding"], activation: resnets.Activation);
        (int read, WeightScope projection) = (config.CrossAttentionDim[0], weights["encoder_hid_proj"]);
        _textProjection = config is { EncoderHidDim: int hidden, ReadsPictures: false } ? new Linear(hidden, read, projection) : null;
        _imageProjection = config is { EncoderHidDim: int embedding, ReadsPictures: true } ? new ImageProjection(embedding, read, projection) : null;
        _imageEmbedding = config.AdditionEmbedType == "image" ? new ImageTimeEmbedding(config.TextWidth, width, weights["add_embedding"]) : null;
        _labelEmbedding = config.LabelIsTimestep
            ? new TimestepEmbedding(channels[0], width, weights["class_embedding"], activation: resnets.Activation)
            : null;
        _classEmbedding = config.NumClassEmbeds is int classes ? new Embedding(classes, width, weights["class_embedding"], deviation: 1) : null;
        _addEmbedding = config.HearsTextAndSize
            ? new TimestepEmbedding(config.ProjectionClassEmbeddingsInputDim, width, weights["add_embedding"])
            : null;
        _textEmbedding = config.AdditionEmbedType == "text"
            ? new TextTimeEmbedding(config.TextWidth, width, config.AdditionEmbedTypeNumHeads, weights["add_embedding"])
            : null;
        Down = [.. Enumerable.Range(0, channels.Count).Select(level => Block(level, resnets, weights["down_blocks"][level]))];
        Mid = new UNetMidBlock(
            channels[^1], resnets, weights["mid_block"],
            Attention(config, channels.Count - 1, config.MidBlockType, UNet2DConditionConfig.IsSimple(config.MidBlockType) && config.MidBlockOnlyCrossAttention));
    }

    /// <summary>The way down, level by level.</summary>
    public UNetDownBlock[] Down { get; }

    /// <summary>The bottom.</summary>
    public UNetMidBlock Mid { get; }

    /// <summary>What all blocks hear.</summary>
    public UNetSignals Signals(Tensor sample, ReadOnlySpan<float> timesteps, Tensor context, UNetExtras? extras)
    {
        if (sample.Rank != 4 || sample.Shape[3] != _config.InChannels)
            throw new TensorException($"UNet2DConditionModel: sample {sample.Shape} should be [b, h, w, {_config.InChannels}].");
        if (context.Rank != 3 || context.Shape[0] != sample.Shape[0] || context.Shape[2] != _config.TextWidth)
            throw new TensorException(
                $"UNet2DConditionModel: context {context.Shape} should be [{sample.Shape[0]}, m, {_config.TextWidth}].");
        if (_config.ReadsPictures && context.Shape[1] != 1)
            throw new TensorException($"UNet2DConditionModel: context {context.Shape} should be one embedding of a picture, [{sample.Shape[0]}, 1, {_config.TextWidth}].");
        Tensor? bias = extras?.ContextMask is Tensor mask ? MaskBias(mask) : null;
        return new UNetSignals(Time(sample, timesteps, context, extras), _textProjection?.Forward(context) ?? _imageProjection?.Forward(context) ?? context, bias, extras?.MidApart ?? false)
        {
            MidWatch = extras?.MidWatch,
            Balance = extras?.Balance is SkipBalance balance ? (balance, _config.BlockOutChannels[0]) : null,
        };
    }

    /// <summary>The sample [b, h, w, in] as the first level reads it [b, h, w, c0].</summary>
    public Tensor Enter(Tensor sample) => _convIn.Forward(_config.CenterInputSample ? sample.Affine(2, -1) : sample);

    /// <summary>What the residual blocks of a network share.</summary>
    public static ResnetSettings Resnets(UNet2DConditionConfig config) => new(
        config.NormNumGroups, (float)config.NormEps, 4 * config.BlockOutChannels[0], config.ScaleShift,
        Activation: config.ActFn == "gelu" ? Activation.Gelu : Activation.Silu);

    /// <summary>What builds the attentions of a level's block of a type; null for a type without.</summary>
    public static Func<WeightScope, SpatialMixing>? Attention(UNet2DConditionConfig config, int level, string blockType, bool onlyCross)
    {
        if (!UNet2DConditionConfig.Attends(blockType))
            return null;
        int channels = config.BlockOutChannels[level];
        TransformerSettings settings = new(
            config.AttentionHeads[level], config.TransformerLayersPerBlock[level], config.CrossAttentionDim[level], config.NormNumGroups,
            config.UseLinearProjection, onlyCross);
        return UNet2DConditionConfig.IsSimple(blockType)
            ? Joint(channels, settings with { Heads = channels / settings.Heads }, config.CrossAttentionNorm)
            : Transformer(channels, settings);
    }

    private static Func<WeightScope, SpatialMixing> Transformer(int channels, TransformerSettings settings) => at =>
    {
        Transformer2D transformer = new(channels, settings, at);
        return (x, signals) => transformer.Forward(x, signals.Context!, signals.ContextBias, signals.Apart);
    };

    private static Func<WeightScope, SpatialMixing> Joint(int channels, TransformerSettings settings, bool normContext) => at =>
    {
        JointTextAttention attention = new(channels, settings, normContext, at);
        return (x, signals) => attention.Forward(x, signals.Context!, signals.ContextBias, signals.Apart);
    };

    // The time's embedding plus all that is added to it, with the activation that every residual block would begin with: [b, 4 c0].
    private Tensor Time(Tensor sample, ReadOnlySpan<float> timesteps, Tensor context, UNetExtras? extras)
    {
        int batch = sample.Shape[0];
        float[] times = UNetPasses.Times(timesteps, batch);
        Tensor time = _timeEmbedding.Forward(Sinusoids(times, sample.Device));
        if (_labelEmbedding is not null)
            time += _labelEmbedding.Forward(Sinusoids(UNetPasses.LabelTimes(extras?.ClassLabels, batch), sample.Device));
        if (_classEmbedding is not null)
            time += _classEmbedding.Forward(UNetPasses.Labels(extras?.ClassLabels, batch, sample.Device));
        if (_addEmbedding is not null)
            time += _addEmbedding.Forward(TextAndSize(extras));
        if (_textEmbedding is not null)
            time += _textEmbedding.Forward(context);
        if (_imageEmbedding is not null)
            time += _imageEmbedding.Forward(context);
        return time.Activated(_resnets.Activation);
    }

    private Tensor Sinusoids(float[] times, Backend device) =>
        TimestepEmbedding.Sinusoids(times, _config.BlockOutChannels[0], device, _config.FlipSinToCos, (float)_config.FreqShift);

    // [b, d + 6 f]: the pooled text, then sinusoids of the six sizes.
    private Tensor TextAndSize(UNetExtras? extras)
    {
        if (extras?.TextEmbeds is not Tensor text || extras.TimeIds is not Tensor sizes)
            throw new TensorException("UNet2DConditionModel: this model needs TextEmbeds [b, d] and TimeIds [b, 6] in its extras.");
        Tensor sinusoids = TimestepEmbedding.Sinusoids(
            sizes.ToArray(), _config.AdditionTimeEmbedDim, text.Device, _config.FlipSinToCos, (float)_config.FreqShift);   // [6 b, f]
        return Tensor.Concat(-1, text, sinusoids.Reshape(text.Shape[0], -1));
    }

    /// <summary>What is added to the scores of a text's tokens [b, 1, 1, m] to hide those where the mask [b, m] is 0.</summary>
    public static Tensor MaskBias(Tensor mask) => mask.To(DType.F32).Affine(-Hidden, Hidden).Reshape(mask.Shape[0], 1, 1, mask.Shape[1]);

    private UNetDownBlock Block(int level, ResnetSettings resnets, WeightScope weights)
    {
        string type = _config.DownBlockTypes[level];
        UNetBlockShape shape = UNetBlockShape.Down(_config.BlockOutChannels, level, _config.LayersPerBlock[level]);
        return new UNetDownBlock(
            shape with { ResizesInResnet = UNet2DConditionConfig.IsSimple(type) }, resnets, _config.DownsamplePadding, weights,
            Attention(_config, level, type, _config.OnlyCrossAttention[level]));
    }
}
