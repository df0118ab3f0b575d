using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The first half of a <see cref="UNet2DConditionModel"/>, which its ControlNets have too: the time and all that joins it, the way down and the
/// bottom. Keys <c>conv_in</c>, <c>time_embedding</c>, <c>class_embedding</c>, <c>add_embedding</c>, <c>down_blocks</c>, <c>mid_block</c>.
/// </summary>
internal sealed class UNetDescent
{
    // What hides a token: far below any score, yet not -infinity, so that a text without any open token still gives numbers.
    private const float Hidden = -10000;

    private readonly UNet2DConditionConfig _config;
    private readonly Conv2d _convIn;
    private readonly TimestepEmbedding _timeEmbedding;
    private readonly Embedding? _classEmbedding;
    private readonly TimestepEmbedding? _addEmbedding;
    private readonly TextTimeEmbedding? _textEmbedding;

    /// <summary>Builds it at a place in a store.</summary>
    public UNetDescent(UNet2DConditionConfig config, ResnetSettings resnets, WeightScope weights)
    {
        _config = config;
        IReadOnlyList<int> channels = config.BlockOutChannels;
        int width = 4 * channels[0];
        _convIn = new Conv2d(config.InChannels, channels[0], 3, weights["conv_in"], Window.Square(1, 1));
        _timeEmbedding = new TimestepEmbedding(channels[0], width, weights["time_embedding"]);
        _classEmbedding = config.NumClassEmbeds is int classes ? new Embedding(classes, width, weights["class_embedding"], deviation: 1) : null;
        _addEmbedding = config.HearsTextAndSize
            ? new TimestepEmbedding(config.ProjectionClassEmbeddingsInputDim, width, weights["add_embedding"])
            : null;
        _textEmbedding = config.AdditionEmbedType == "text"
            ? new TextTimeEmbedding(config.CrossAttentionDim[0], width, config.AdditionEmbedTypeNumHeads, weights["add_embedding"])
            : null;
        Down = [.. Enumerable.Range(0, channels.Count).Select(level => Block(level, resnets, weights["down_blocks"][level]))];
        Mid = new UNetMidBlock(channels[^1], resnets, weights["mid_block"], at => Attention(config, channels.Count - 1, onlyCross: false, at));
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
        if (context.Rank != 3 || context.Shape[0] != sample.Shape[0] || context.Shape[2] != _config.CrossAttentionDim[0])
            throw new TensorException(
                $"UNet2DConditionModel: context {context.Shape} should be [{sample.Shape[0]}, m, {_config.CrossAttentionDim[0]}].");
        Tensor? bias = extras?.ContextMask is Tensor mask ? MaskBias(mask) : null;
        return new UNetSignals(Time(sample, timesteps, context, extras), context, bias, extras?.MidApart ?? false);
    }

    /// <summary>The sample [b, h, w, in] as the first level reads it [b, h, w, c0].</summary>
    public Tensor Enter(Tensor sample) => _convIn.Forward(_config.CenterInputSample ? sample.Affine(2, -1) : sample);

    /// <summary>The attention of a level.</summary>
    public static SpatialMixing Attention(UNet2DConditionConfig config, int level, bool onlyCross, WeightScope weights)
    {
        TransformerSettings settings = new(
            config.AttentionHeads[level], config.TransformerLayersPerBlock[level], config.CrossAttentionDim[level], config.NormNumGroups,
            config.UseLinearProjection, onlyCross);
        Transformer2D transformer = new(config.BlockOutChannels[level], settings, weights);
        return (x, signals) => transformer.Forward(x, signals.Context!, signals.ContextBias, signals.Apart);
    }

    // The time's embedding plus all that is added to it, with the SiLU that every residual block would begin with: [b, 4 c0].
    private Tensor Time(Tensor sample, ReadOnlySpan<float> timesteps, Tensor context, UNetExtras? extras)
    {
        int batch = sample.Shape[0];
        float[] times = UNetPasses.Times(timesteps, batch);
        Tensor time = _timeEmbedding.Forward(
            TimestepEmbedding.Sinusoids(times, _config.BlockOutChannels[0], sample.Device, _config.FlipSinToCos, (float)_config.FreqShift));
        if (_classEmbedding is not null)
            time += _classEmbedding.Forward(UNetPasses.Labels(extras?.ClassLabels, batch, sample.Device));
        if (_addEmbedding is not null)
            time += _addEmbedding.Forward(TextAndSize(extras));
        if (_textEmbedding is not null)
            time += _textEmbedding.Forward(context);
        return time.Silu();
    }

    // [b, d + 6 f]: the pooled text, then sinusoids of the six sizes.
    private Tensor TextAndSize(UNetExtras? extras)
    {
        if (extras?.TextEmbeds is not Tensor text || extras.TimeIds is not Tensor sizes)
            throw new TensorException("UNet2DConditionModel: this model needs TextEmbeds [b, d] and TimeIds [b, 6] in its extras.");
        Tensor sinusoids = TimestepEmbedding.Sinusoids(
            sizes.ToArray(), _config.AdditionTimeEmbedDim, text.Device, _config.FlipSinToCos, (float)_config.FreqShift);   // [6 b, f]
        return Tensor.Concat(-1, text, sinusoids.Reshape(text.Shape[0], -1));
    }

    private static Tensor MaskBias(Tensor mask) => mask.To(DType.F32).Affine(-Hidden, Hidden).Reshape(mask.Shape[0], 1, 1, mask.Shape[1]);

    private UNetDownBlock Block(int level, ResnetSettings resnets, WeightScope weights)
    {
        bool attends = _config.DownBlockTypes[level] == "CrossAttnDownBlock2D";
        return new UNetDownBlock(
            UNetBlockShape.Down(_config.BlockOutChannels, level, _config.LayersPerBlock[level]), resnets, _config.DownsamplePadding, weights,
            attends ? at => Attention(_config, level, _config.OnlyCrossAttention[level], at) : null);
    }
}
