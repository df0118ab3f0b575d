// Auto-Encoding Variational Bayes, https://arxiv.org/abs/1312.6114, in the shape of https://arxiv.org/abs/2112.10752
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Pictures to latents and back: the autoencoder of Stable Diffusion 1, 2, XL and 3. Config and keys are those of diffusers' AutoencoderKL.
/// </summary>
/// <param name="config">Its numbers.</param>
/// <param name="weights">Its place in a store.</param>
public sealed class AutoencoderKl(AutoencoderKlConfig config, WeightScope weights)
{
    private readonly LatentEncoder _encoder = new(config, 2 * config.LatentChannels, weights["encoder"]);

    private readonly Conv2d? _quantConv = config.UseQuantConv
        ? new Conv2d(2 * config.LatentChannels, 2 * config.LatentChannels, 1, weights["quant_conv"], Window.Unit)
        : null;

    private readonly Conv2d? _postQuantConv = config.UsePostQuantConv
        ? new Conv2d(config.LatentChannels, config.LatentChannels, 1, weights["post_quant_conv"], Window.Unit)
        : null;

    private readonly LatentDecoder _decoder = new(config, weights["decoder"]);

    /// <summary>The numbers it was built with.</summary>
    public AutoencoderKlConfig Config => config;

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<AutoencoderKl> Load(string folder, Backend? device = null) =>
        Load(new ModelComponent(folder), device);

    /// <summary>Loads a part of a model.</summary>
    /// <exception cref="PareidoliaException">It is damaged, or describes another network.</exception>
    public static Pretrained<AutoencoderKl> Load(ModelComponent component, Backend? device = null) =>
        ModelStorage.Load<AutoencoderKl>(component, device, json =>
        {
            AutoencoderKlConfig config = AutoencoderKlConfig.FromJson(json);
            return weights => new AutoencoderKl(config, weights);
        });

    /// <summary>A new network with diffusers' start.</summary>
    public static Pretrained<AutoencoderKl> Initialise(AutoencoderKlConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new AutoencoderKl(config, weights));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, config.Write, weights, type);

    /// <summary>
    /// What the latent of each picture may be: pixels [b, h, w, 3] in -1..1, height and width multiples of <see cref="AutoencoderKlConfig.Factor"/>.
    /// </summary>
    /// <param name="pixels">The pictures.</param>
    /// <param name="tiling">Whether large layers are worked on in bands of rows.</param>
    public LatentDistribution Encode(Tensor pixels, VaeTiling tiling = VaeTiling.Off)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Rank != 4 || pixels.Shape[3] != config.InChannels || pixels.Shape[1] % config.Factor != 0 || pixels.Shape[2] % config.Factor != 0)
            throw new TensorException(
                $"AutoencoderKl: pixels {pixels.Shape} should be [b, h, w, {config.InChannels}] with h and w multiples of {config.Factor}.");
        using Scope scope = new();
        Tensor moments = _encoder.Forward(pixels, BandRows.Of(tiling, pixels.Shape[1], pixels.Shape[2], config.BlockOutChannels[0]));                                                      // [b, h / f, w / f, 2 c]: means, logarithms of variances
        Tensor[] halves = (_quantConv?.Forward(moments) ?? moments).Chunk(2, -1);
        return new LatentDistribution(scope.Keep(halves[0]), scope.Keep(halves[1].Clamp(-30, 20)));
    }

    /// <summary>Pixels [b, h f, w f, 3], about -1..1, of a latent [b, h, w, c] as <see cref="Encode"/> gives them (not yet scaled).</summary>
    /// <param name="latent">The latent.</param>
    /// <param name="tiling">Whether large layers are worked on in bands of rows.</param>
    public Tensor Decode(Tensor latent, VaeTiling tiling = VaeTiling.Off)
    {
        ArgumentNullException.ThrowIfNull(latent);
        if (latent.Rank != 4 || latent.Shape[3] != config.LatentChannels)
            throw new TensorException($"AutoencoderKl: latent {latent.Shape} should be [b, h, w, {config.LatentChannels}].");
        using Scope scope = new();
        int rows = BandRows.Of(tiling, latent.Shape[1] * config.Factor, latent.Shape[2] * config.Factor, _decoder.Widest);
        return scope.Keep(_decoder.Forward(_postQuantConv?.Forward(latent) ?? latent, rows));
    }

    /// <summary>What the diffusion model works on: (sample - shift) * scale.</summary>
    public Tensor ToLatent(Tensor sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return sample.Affine((float)config.ScalingFactor, (float)(-config.ShiftFactor * config.ScalingFactor));
    }

    /// <summary>The inverse of <see cref="ToLatent"/>: what <see cref="Decode"/> takes.</summary>
    public Tensor FromLatent(Tensor latent)
    {
        ArgumentNullException.ThrowIfNull(latent);
        return latent.Affine((float)(1 / config.ScalingFactor), (float)config.ShiftFactor);
    }
}
