// Neural Discrete Representation Learning, https://arxiv.org/abs/1711.00937, in the shape of https://arxiv.org/abs/2012.09841
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Pictures to cells of a codebook and back: the autoencoder whose latents are entries of a learned table. Config and keys are those of diffusers'
/// VQModel.
/// </summary>
/// <param name="config">Its numbers.</param>
/// <param name="weights">Its place in a store.</param>
public sealed class VqModel(VqModelConfig config, WeightScope weights)
{
    // The weight of the slower of the two losses.
    private const float Beta = 0.25f;

    private readonly LatentEncoder _encoder = new(config, config.LatentChannels, weights["encoder"]);
    private readonly Conv2d _quantConv = new(config.LatentChannels, config.VqEmbedDim, 1, weights["quant_conv"], Window.Unit);
    private readonly Tensor _codebook = weights["quantize.embedding"].Get("weight", [config.NumVqEmbeddings, config.VqEmbedDim], Initializer.Normal(0.02f));
    private readonly Conv2d _postQuantConv = new(config.VqEmbedDim, config.LatentChannels, 1, weights["post_quant_conv"], Window.Unit);
    private readonly LatentDecoder _decoder = new(config, weights["decoder"]);

    /// <summary>The numbers it was built with.</summary>
    public VqModelConfig Config => config;

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<VqModel> Load(string folder, Backend? device = null) => Load(new ModelComponent(folder), device);

    /// <summary>Loads a part of a model.</summary>
    /// <exception cref="PareidoliaException">It is damaged, or describes another network.</exception>
    public static Pretrained<VqModel> Load(ModelComponent component, Backend? device = null) =>
        ModelStorage.Load<VqModel>(component, device, json =>
        {
            VqModelConfig read = VqModelConfig.FromJson(json);
            return at => new VqModel(read, at);
        });

    /// <summary>A new network.</summary>
    public static Pretrained<VqModel> Initialise(VqModelConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, at => new VqModel(config, at));

    /// <summary>Writes a component's folder that diffusers loads.</summary>
    public void Save(string folder, WeightStore store, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.DiffusersWeights, config.Write, store, type);

    /// <summary>Latents [b, h / f, w / f, e], not yet quantised, of pixels [b, h, w, 3] in -1..1.</summary>
    public Tensor Encode(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Rank != 4 || pixels.Shape[3] != config.InChannels || pixels.Shape[1] % config.Factor != 0 || pixels.Shape[2] % config.Factor != 0)
            throw new TensorException($"VqModel: pixels {pixels.Shape} should be [b, h, w, {config.InChannels}] with h and w multiples of {config.Factor}.");
        using Scope scope = new();
        return scope.Keep(_quantConv.Forward(_encoder.Forward(pixels)));
    }

    /// <summary>The number of the codebook's nearest entry for each cell of a latent [b, h, w, e]: I32 [b h w].</summary>
    public Tensor Indices(Tensor latent)
    {
        RequireLatent(latent);
        using Scope scope = new();
        // |z - e|^2 is least where 2 z e - |e|^2 is largest.
        Tensor cells = latent.Reshape(-1, config.VqEmbedDim), lengths = _codebook.Square().Sum(1).Reshape(1, -1);
        return scope.Keep((cells.MatMul(_codebook, transposeOther: true).Scale(2) - lengths).ArgMax(1));
    }

    /// <summary>The nearest entries [b, h, w, e]; gradients pass to the latent as if nothing had happened.</summary>
    public Tensor Quantise(Tensor latent)
    {
        RequireLatent(latent);
        using Scope scope = new();
        return scope.Keep(latent + (Nearest(latent) - latent).Clone());
    }

    /// <summary>The loss [1] that draws the latents to their entries, and, more slowly, the entries to their latents, as diffusers weighs it.</summary>
    public Tensor CommitmentLoss(Tensor latent)
    {
        RequireLatent(latent);
        using Scope scope = new();
        Tensor nearest = Nearest(latent);
        return scope.Keep((nearest.Clone() - latent).Square().Mean() + (nearest - latent.Clone()).Square().Mean().Scale(Beta));
    }

    /// <summary>Pixels [b, h f, w f, 3], about -1..1, of a latent [b, h, w, e].</summary>
    /// <param name="latent">The latent, not scaled.</param>
    /// <param name="quantised">Whether it consists of entries already; else the nearest are taken.</param>
    public Tensor Decode(Tensor latent, bool quantised = false)
    {
        RequireLatent(latent);
        using Scope scope = new();
        return scope.Keep(_decoder.Forward(_postQuantConv.Forward(quantised ? latent : Quantise(latent))));
    }

    private Tensor Nearest(Tensor latent) => _codebook.Embedding(Indices(latent)).Reshape([.. latent.Shape]);

    private void RequireLatent(Tensor latent)
    {
        ArgumentNullException.ThrowIfNull(latent);
        if (latent.Rank != 4 || latent.Shape[3] != config.VqEmbedDim)
            throw new TensorException($"VqModel: latent {latent.Shape} should be [b, h, w, {config.VqEmbedDim}].");
    }
}
