// Learning Transferable Visual Models From Natural Language Supervision, https://arxiv.org/abs/2103.00020
using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>What a text tower says about texts of n tokens.</summary>
/// <param name="LastHidden">The last layer after the final norm [b, n, c]: what Stable Diffusion 1 looks at.</param>
/// <param name="HiddenStates">Before the first layer and after each one, without the final norm, [b, n, c] each.</param>
/// <param name="Pooled"><paramref name="LastHidden"/> at the end token [b, c].</param>
/// <param name="Embeds">Its projection [b, d], not normalised; null where the tower has none.</param>
public sealed record ClipTextOutput(Tensor LastHidden, IReadOnlyList<Tensor> HiddenStates, Tensor Pooled, Tensor? Embeds)
{
    /// <summary>The layer before the last, without the final norm: what SDXL looks at.</summary>
    public Tensor Penultimate => HiddenStates[^2];
}

/// <summary>
/// CLIP's text encoder: a transformer in which each token sees those before it. Config and keys are those of transformers' CLIPTextModel and
/// CLIPTextModelWithProjection.
/// </summary>
public sealed class ClipTextModel
{
    private readonly Embedding _tokens;
    private readonly Embedding _positions;
    private readonly ClipEncoder _encoder;
    private readonly LayerNorm _finalNorm;
    private readonly Linear? _projection;

    /// <summary>Builds at a place in a store; <paramref name="projection"/> is the width of the shared latent, null for no projection.</summary>
    public ClipTextModel(ClipTextConfig config, WeightScope weights, int? projection = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        WeightScope text = weights["text_model"];
        _tokens = new Embedding(config.VocabSize, config.HiddenSize, text["embeddings"]["token_embedding"]);
        _positions = new Embedding(config.MaxPositionEmbeddings, config.HiddenSize, text["embeddings"]["position_embedding"]);
        _encoder = new ClipEncoder(config, causal: true, text["encoder"]);
        _finalNorm = new LayerNorm(config.HiddenSize, text["final_layer_norm"], (float)config.LayerNormEps);
        _projection = projection is int width
            ? new Linear(config.HiddenSize, width, weights["text_projection"], bias: false, Initializer.Normal(1 / MathF.Sqrt(config.HiddenSize)))
            : null;
    }

    /// <summary>The numbers it was built with.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>Loads a component's folder (config.json and safetensors).</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<ClipTextModel> Load(string folder, Backend? device = null) =>
        Load(new ModelComponent(folder), device);

    /// <summary>Loads a part of a model.</summary>
    /// <exception cref="PareidoliaException">It is damaged, or describes another network.</exception>
    public static Pretrained<ClipTextModel> Load(ModelComponent component, Backend? device = null) =>
        ModelStorage.Load(component, device, json => Builder(ClipTextConfig.FromJson(json)), IsBuffer);

    /// <summary>A new network with CLIP's start.</summary>
    public static Pretrained<ClipTextModel> Initialise(ClipTextConfig config, ulong seed, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ModelStorage.Initialise(seed, device, Builder(config));
    }

    /// <summary>Writes a component's folder that transformers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, Config.Write, weights, type);

    /// <summary>Reads I32 ids [b, n], n at most <see cref="ClipTextConfig.MaxPositionEmbeddings"/>.</summary>
    /// <exception cref="TensorException">Too many tokens, or an id that the vocabulary does not have.</exception>
    public ClipTextOutput Forward(Tensor ids) => Forward(ids, null);

    /// <summary>The rows of the vocabulary's table [b, n, c].</summary>
    internal Tensor Embed(Tensor ids) => _tokens.Forward(ids);

    /// <summary>The same with rows [b, n, c] in place of the table's: some tokens may be learned words. The ids still say where a text ends.</summary>
    internal ClipTextOutput Forward(Tensor ids, Tensor? rows)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Rank != 2 || ids.Shape[1] < 1 || ids.Shape[1] > Config.MaxPositionEmbeddings)
            throw new TensorException($"ClipTextModel: ids {ids.Shape} should be [b, n] with n in 1..{Config.MaxPositionEmbeddings}.");
        using Scope scope = new();
        Tensor x = (rows ?? Embed(ids)) + _positions.Weight.To(DType.F32).Slice(0, 0, ids.Shape[1]);                  // [b, n, c]
        IReadOnlyList<Tensor> states = _encoder.Forward(x);
        Tensor last = _finalNorm.Forward(states[^1]);                                                   // [b, n, c]
        Tensor pooled = last.Reshape(-1, Config.HiddenSize).Rows(EndPlaces(ids));                       // [b, c]
        foreach (Tensor state in states)
            scope.Keep(state);
        return new ClipTextOutput(
            scope.Keep(last), states, scope.Keep(pooled), _projection is null ? null : scope.Keep(_projection.Forward(pooled)));
    }

    /// <summary>The final norm of a hidden state [b, n, c]: "clip skip" looks at an earlier layer through it.</summary>
    public Tensor FinalNorm(Tensor hidden) => _finalNorm.Forward(hidden);

    internal static bool IsBuffer(string name) => name.EndsWith("position_ids", StringComparison.Ordinal);

    private static Func<WeightScope, ClipTextModel> Builder(ClipTextConfig config) =>
        weights => new ClipTextModel(config, weights, config.WithProjection ? config.ProjectionDim : null);

    // Rows of [b n, c] where each text ends: its first end token or, by the old rule, its first largest id. Without an end token, its start.
    private int[] EndPlaces(Tensor ids)
    {
        int[] all = ids.ToIntArray();
        int n = ids.Shape[1];
        int[] places = new int[ids.Shape[0]];
        for (int row = 0; row < places.Length; row++)
        {
            int[] text = all[(row * n)..((row + 1) * n)];
            int end = Config.EosTokenId == ClipTextConfig.LegacyEnd ? text.Max() : Config.EosTokenId;
            places[row] = (row * n) + Math.Max(0, Array.IndexOf(text, end));
        }
        return places;
    }
}
