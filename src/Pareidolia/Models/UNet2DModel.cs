// Denoising Diffusion Probabilistic Models, https://arxiv.org/abs/2006.11239
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The network of DDPM: from a noisy picture and its time (and a class), a prediction of the noise. Config and keys are those of diffusers'
/// class of this name.
/// </summary>
public sealed class UNet2DModel
{
    private readonly Conv2d _convIn;
    private readonly TimestepEmbedding _timeEmbedding;
    private readonly Embedding? _classEmbedding;
    private readonly UNetDownBlock[] _down;
    private readonly UNetMidBlock _mid;
    private readonly UNetUpBlock[] _up;
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    /// <summary>Builds the network at a place in a store.</summary>
    public UNet2DModel(UNet2DConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        IReadOnlyList<int> channels = config.BlockOutChannels;
        int width = 4 * channels[0];
        ResnetSettings resnets = new(config.NormNumGroups, (float)config.NormEps, width, config.ScaleShift, StartAsIdentity: true);
        _convIn = new Conv2d(config.InChannels, channels[0], 3, weights["conv_in"], Window.Square(1, 1));
        _timeEmbedding = new TimestepEmbedding(channels[0], width, weights["time_embedding"]);
        _classEmbedding = config.NumClassEmbeds is int classes ? new Embedding(classes, width, weights["class_embedding"], deviation: 1) : null;
        _down = [.. Enumerable.Range(0, channels.Count).Select(level => Down(level, resnets, weights["down_blocks"][level]))];
        int? midGroups = config.AttnNormNumGroups ?? (config.ScaleShift ? null : config.NormNumGroups);
        _mid = new UNetMidBlock(
            channels[^1], resnets, weights["mid_block"], config.AddAttention ? at => Attention(channels[^1], midGroups, at) : null);
        _up = [.. Enumerable.Range(0, channels.Count).Select(block => Up(block, resnets, weights["up_blocks"][block]))];
        _normOut = new GroupNorm(config.NormNumGroups, channels[0], weights["conv_norm_out"], (float)config.NormEps, Activation.Silu);
        _convOut = new Conv2d(channels[0], config.OutChannels, 3, weights["conv_out"], Window.Square(1, 1), initializer: Initializer.Zeros);
    }

    /// <summary>The numbers it was built with.</summary>
    public UNet2DConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<UNet2DModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<UNet2DModel>(new ModelComponent(folder), device, json =>
        {
            UNet2DConfig config = UNet2DConfig.FromJson(json);
            return weights => new UNet2DModel(config, weights);
        });

    /// <summary>A new network: diffusers' start, save that every residual block begins as the identity and the first prediction is 0.</summary>
    public static Pretrained<UNet2DModel> Initialise(UNet2DConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new UNet2DModel(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, Config.Write, weights, type);

    /// <summary>The prediction [b, h, w, out] for a noisy sample.</summary>
    /// <param name="sample">[b, h, w, in]; any height and width.</param>
    /// <param name="timesteps">One for each picture, or one for all; on the training schedule's scale (0..999), fractions allowed.</param>
    /// <param name="classLabels">A class for each picture, where the config has classes.</param>
    /// <exception cref="TensorException">A shape does not fit, or the labels are missing.</exception>
    public Tensor Forward(Tensor sample, ReadOnlySpan<float> timesteps, IReadOnlyList<int>? classLabels = null)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.Rank != 4 || sample.Shape[3] != Config.InChannels)
            throw new TensorException($"UNet2DModel: sample {sample.Shape} should be [b, h, w, {Config.InChannels}].");
        using Scope scope = new();
        UNetSignals signals = new(Time(sample, timesteps, classLabels));
        Tensor x = _convIn.Forward(Config.CenterInputSample ? sample.Affine(2, -1) : sample);           // [b, h, w, c0]
        return scope.Keep(_convOut.Forward(_normOut.Forward(UNetPasses.Run(x, signals, _down, _mid, _up))));
    }

    // [b, 4 c0], with the SiLU that every residual block would begin with.
    private Tensor Time(Tensor sample, ReadOnlySpan<float> timesteps, IReadOnlyList<int>? classLabels)
    {
        int batch = sample.Shape[0];
        Tensor time = _timeEmbedding.Forward(TimestepEmbedding.Sinusoids(
            UNetPasses.Times(timesteps, batch), Config.BlockOutChannels[0], sample.Device, Config.FlipSinToCos, (float)Config.FreqShift));
        if (_classEmbedding is not null)
            time += _classEmbedding.Forward(UNetPasses.Labels(classLabels, batch, sample.Device));
        return time.Silu();
    }

    private UNetDownBlock Down(int level, ResnetSettings resnets, WeightScope weights)
    {
        UNetBlockShape shape = UNetBlockShape.Down(Config.BlockOutChannels, level, Config.LayersPerBlock);
        bool attends = Config.DownBlockTypes[level] == "AttnDownBlock2D";
        return new UNetDownBlock(
            shape, resnets, Config.DownsamplePadding, weights, attends ? at => Attention(shape.Outputs, Config.NormNumGroups, at) : null);
    }

    private UNetUpBlock Up(int block, ResnetSettings resnets, WeightScope weights)
    {
        UNetBlockShape shape = UNetBlockShape.Up(Config.BlockOutChannels, block, Config.LayersPerBlock);
        bool attends = Config.UpBlockTypes[block] == "AttnUpBlock2D";
        return new UNetUpBlock(shape, resnets, weights, attends ? at => Attention(shape.Outputs, Config.NormNumGroups, at) : null);
    }

    private SpatialMixing Attention(int channels, int? groups, WeightScope weights)
    {
        SpatialAttention attention = new(channels, channels / (Config.AttentionHeadDim ?? channels), groups, (float)Config.NormEps, weights);
        return (x, _) => attention.Forward(x);
    }
}
