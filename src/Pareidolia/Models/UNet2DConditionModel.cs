// High-Resolution Image Synthesis with Latent Diffusion Models, https://arxiv.org/abs/2112.10752
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// The network of Stable Diffusion 1, 2, XL, inpainting and upscaling, and of the pixel cascades Imagen and DeepFloyd IF: from a noisy latent (or
/// picture), its time and a text, a prediction of the noise (or of what the scheduler says). Config and keys are those of diffusers' class of this name.
/// </summary>
public sealed class UNet2DConditionModel
{
    private readonly UNetDescent _descent;
    private readonly UNetUpBlock[] _up;
    private readonly GroupNorm _normOut;
    private readonly Conv2d _convOut;

    /// <summary>Builds the network at a place in a store.</summary>
    public UNet2DConditionModel(UNet2DConditionConfig config, WeightScope weights)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        IReadOnlyList<int> channels = config.BlockOutChannels;
        ResnetSettings resnets = UNetDescent.Resnets(config) with { StartAsIdentity = true };
        _descent = new UNetDescent(config, resnets, weights);
        _up = [.. Enumerable.Range(0, channels.Count).Select(block => Up(block, resnets, weights["up_blocks"][block]))];
        _normOut = new GroupNorm(config.NormNumGroups, channels[0], weights["conv_norm_out"], (float)config.NormEps, resnets.Activation);
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
        using Scope scope = new();
        UNetSignals signals = _descent.Signals(sample, timesteps, context, extras);
        Tensor x = UNetPasses.Run(_descent.Enter(sample), signals, _descent.Down, _descent.Mid, _up, extras?.Control);    // [b, h, w, c0]
        return scope.Keep(_convOut.Forward(_normOut.Forward(x)));                                       // [b, h, w, out]
    }

    private UNetUpBlock Up(int block, ResnetSettings resnets, WeightScope weights)
    {
        int level = Config.BlockOutChannels.Count - 1 - block;
        string type = Config.UpBlockTypes[block];
        UNetBlockShape shape = UNetBlockShape.Up(Config.BlockOutChannels, block, Config.LayersPerBlock[level]);
        return new UNetUpBlock(
            shape with { ResizesInResnet = UNet2DConditionConfig.IsSimple(type) }, resnets, weights,
            UNetDescent.Attention(Config, level, type, Config.OnlyCrossAttention[level]));
    }
}
