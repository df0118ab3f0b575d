// Learning Transferable Visual Models From Natural Language Supervision, https://arxiv.org/abs/2103.00020
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>What a vision tower says about pictures.</summary>
/// <param name="HiddenStates">Before the first layer and after each one [b, n, c]: the whole picture's token, then the patches by rows.</param>
/// <param name="Pooled">The first token after the final norm [b, c].</param>
/// <param name="Embeds">Its projection [b, d], not normalised; null where the tower has none.</param>
public sealed record ClipVisionOutput(IReadOnlyList<Tensor> HiddenStates, Tensor Pooled, Tensor? Embeds)
{
    /// <summary>The last layer [b, n, c], without the final norm.</summary>
    public Tensor LastHidden => HiddenStates[^1];
}

/// <summary>
/// CLIP's image encoder: a transformer over patches (https://arxiv.org/abs/2010.11929). Config and keys are those of transformers'
/// CLIPVisionModel and CLIPVisionModelWithProjection.
/// </summary>
public sealed class ClipVisionModel
{
    private readonly Tensor _classEmbedding;
    private readonly Conv2d _patches;
    private readonly Embedding _positions;
    private readonly LayerNorm _preNorm;
    private readonly ClipEncoder _encoder;
    private readonly LayerNorm _postNorm;
    private readonly Linear? _projection;

    /// <summary>Builds at a place in a store; <paramref name="projection"/> is the width of the shared latent, null for no projection.</summary>
    public ClipVisionModel(ClipVisionConfig config, WeightScope weights, int? projection = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        (int c, float eps) = (config.HiddenSize, (float)config.LayerNormEps);
        WeightScope vision = weights["vision_model"];
        WeightScope embeddings = vision["embeddings"];
        _classEmbedding = embeddings.Get("class_embedding", [c], Initializer.Normal(1 / MathF.Sqrt(c)));
        _patches = new Conv2d(
            3, c, config.PatchSize, embeddings["patch_embedding"], Window.Square(config.PatchSize), bias: false, Initializer.Normal(0.02f));
        _positions = new Embedding(config.Tokens, c, embeddings["position_embedding"]);
        // The misspelt key is the published one.
        _preNorm = new LayerNorm(c, vision["pre_layrnorm"], eps);
        _encoder = new ClipEncoder(config, causal: false, vision["encoder"]);
        _postNorm = new LayerNorm(c, vision["post_layernorm"], eps);
        _projection = projection is int width
            ? new Linear(c, width, weights["visual_projection"], bias: false, Initializer.Normal(1 / MathF.Sqrt(c)))
            : null;
    }

    /// <summary>The numbers it was built with.</summary>
    public ClipVisionConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<ClipVisionModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load(new ModelComponent(folder), device, json => Builder(ClipVisionConfig.FromJson(json)), ClipTextModel.IsBuffer);

    /// <summary>A new network with CLIP's start.</summary>
    public static Pretrained<ClipVisionModel> Initialise(ClipVisionConfig config, ulong seed, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ModelStorage.Initialise(seed, device, Builder(config));
    }

    /// <summary>Writes a component's folder that transformers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, Config.Write, weights, type);

    /// <summary>Looks at pixels [b, size, size, 3], normalised as the preprocessor's config says.</summary>
    /// <exception cref="TensorException">The pictures have another size.</exception>
    public ClipVisionOutput Forward(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        Shape needed = [pixels.Shape[0], Config.ImageSize, Config.ImageSize, 3];
        if (pixels.Shape != needed)
            throw new TensorException($"ClipVisionModel: pixels {pixels.Shape} should be {needed}.");
        (int b, int c) = (pixels.Shape[0], Config.HiddenSize);
        using Scope scope = new();
        Tensor patches = _patches.Forward(pixels).Reshape(b, -1, c);                                    // [b, n - 1, c]
        Tensor whole = _classEmbedding.BroadcastTo([b, 1, c]);
        Tensor x = Tensor.Concat(1, whole, patches) + _positions.Weight.To(DType.F32);                            // [b, n, c]
        IReadOnlyList<Tensor> states = _encoder.Forward(_preNorm.Forward(x));
        Tensor pooled = _postNorm.Forward(states[^1].Slice(1, 0, 1).Reshape(b, c));                     // [b, c]
        foreach (Tensor state in states)
            scope.Keep(state);
        return new ClipVisionOutput(states, scope.Keep(pooled), _projection is null ? null : scope.Keep(_projection.Forward(pooled)));
    }

    private static Func<WeightScope, ClipVisionModel> Builder(ClipVisionConfig config) =>
        weights => new ClipVisionModel(config, weights, config.WithProjection ? config.ProjectionDim : null);
}
