// Learning Transferable Visual Models From Natural Language Supervision, https://arxiv.org/abs/2103.00020
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>
/// Text and pictures in one latent space: a text lies near the pictures that it describes. Config and keys are those of transformers' CLIPModel.
/// </summary>
/// <param name="config">Its numbers.</param>
/// <param name="weights">Its place in a store.</param>
public sealed class ClipModel(ClipConfig config, WeightScope weights)
{
    /// <summary>The numbers it was built with.</summary>
    public ClipConfig Config => config;

    /// <summary>The text tower.</summary>
    public ClipTextModel Text { get; } = new(config.Text, weights, config.ProjectionDim);

    /// <summary>The vision tower.</summary>
    public ClipVisionModel Vision { get; } = new(config.Vision, weights, config.ProjectionDim);

    /// <summary>Logarithm of what multiplies the cosines, [].</summary>
    public Tensor LogitScale { get; } = weights.Get("logit_scale", [], Initializer.Constant((float)config.LogitScaleInitValue));

    /// <summary>What the names of all tensors of the text tower begin with.</summary>
    internal const string TextTower = "text_model.";

    /// <summary>
    /// Loads a model's folder (config.json and safetensors). A CLIP that lies beside a <c>text_encoder/</c>, as in our text-to-image models, may
    /// leave its text tower to it.
    /// </summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or describes another network.</exception>
    public static Pretrained<ClipModel> Load(string folder, Backend? device = null) =>
        ModelStorage.Load<ClipModel>(
            WithTextTower(new ModelComponent(folder)),
            device,
            json =>
            {
                ClipConfig config = ClipConfig.FromJson(json);
                return weights => new ClipModel(config, weights);
            },
            ClipTextModel.IsBuffer);

    /// <summary>A new network with CLIP's start.</summary>
    public static Pretrained<ClipModel> Initialise(ClipConfig config, ulong seed, Backend? device = null) =>
        ModelStorage.Initialise(seed, device, weights => new ClipModel(config, weights));

    /// <summary>Writes a folder that transformers loads.</summary>
    public void Save(string folder, WeightStore weights, SafetensorsType type = SafetensorsType.F32) =>
        ModelStorage.Save(folder, ModelStorage.TransformersWeights, config.Write, weights, type);

    /// <summary>Texts of I32 ids [b, n] in the shared latent [b, d], not normalised.</summary>
    public Tensor EncodeText(Tensor ids)
    {
        using Scope scope = new();
        return scope.Keep(Text.Forward(ids).Embeds!);
    }

    /// <summary>Pictures [b, size, size, 3] in the shared latent [b, d], not normalised.</summary>
    public Tensor EncodeImage(Tensor pixels)
    {
        using Scope scope = new();
        return scope.Keep(Vision.Forward(pixels).Embeds!);
    }

    /// <summary>
    /// Embeddings [n, d] of either kind as the networks of unCLIP read them: their direction alone, at the length that makes a number about 1.
    /// </summary>
    public static Tensor Direction(Tensor embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        return embeddings.L2Normalize().Scale(MathF.Sqrt(embeddings.Shape[-1]));
    }

    /// <summary>The correlation matrix: scaled cosines of pictures [n, d] and texts [m, d], [n, m].</summary>
    public Tensor Logits(Tensor images, Tensor texts)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(texts);
        using Scope scope = new();
        Tensor cosines = images.L2Normalize().MatMul(texts.L2Normalize(), transposeOther: true);       // [n, m]
        return scope.Keep(cosines * LogitScale.Exp());
    }

    private static ModelComponent WithTextTower(ModelComponent clip)
    {
        string beside = Path.Combine(clip.Folder, "..", "text_encoder");
        if (!clip.HasWeights || !Directory.Exists(beside))
            return clip;
        using StoredWeights weights = clip.OpenWeights();
        if (weights.Names.Any(name => name.StartsWith(TextTower, StringComparison.Ordinal)))
            return clip;
        ModelComponent tower = new(beside);
        return new ModelComponent(clip.Folder, nameof(ClipModel), clip.Config, () => new JoinedWeights(clip.OpenWeights(), tower.OpenWeights()));
    }
}
