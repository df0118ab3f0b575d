namespace Pareidolia.Weights.Checkpoints;

/// <summary>A network inside a file that holds a whole model.</summary>
/// <param name="Name">Its name in the Hugging Face layout: <c>unet</c>, <c>vae</c>, <c>text_encoder</c> ...</param>
/// <param name="ClassName">Its class there.</param>
/// <param name="Prefix">What its tensors' names begin with in the file.</param>
/// <param name="IsOpenClip">Whether it is a text encoder of OpenCLIP, which pads texts with id 0.</param>
/// <param name="Maps">The map between the names behind the prefix and diffusers', from the names that are there: of the original layout, of diffusers'.</param>
internal sealed record CheckpointPart(string Name, string ClassName, string Prefix, bool IsOpenClip, PartMaps Maps)
{
    /// <summary>The noise predictor.</summary>
    public static CheckpointPart UNet { get; } = new("unet", "UNet2DConditionModel", "model.diffusion_model.", false, new PartMaps(
        has => UNetMap(UNetKeys.LayersOfOriginal(has), layers => UNetKeys.AttentionOfOriginal(layers, has)),
        has => UNetMap(UNetKeys.LayersOfDiffusers(has), layers => UNetKeys.AttentionOfDiffusers(layers, has))));

    /// <summary>The autoencoder.</summary>
    public static CheckpointPart Autoencoder { get; } = new("vae", "AutoencoderKL", "first_stage_model.", false, new PartMaps(
        has => AutoencoderKeys.Map(AutoencoderKeys.LayersOfOriginal(has)),
        has => AutoencoderKeys.Map(AutoencoderKeys.LayersOfDiffusers(has))));

    /// <summary>A text encoder under transformers' names.</summary>
    public static CheckpointPart Transformers(string prefix) =>
        new("text_encoder", "CLIPTextModel", prefix, false, new PartMaps(_ => TextKeys.Transformers(), _ => TextKeys.Transformers()));

    /// <summary>OpenCLIP's text encoder with its projection, under transformers' names.</summary>
    public static CheckpointPart TransformersWithProjection(string prefix) => new("text_encoder_2", "CLIPTextModelWithProjection", prefix, true, new PartMaps(
        _ => TextKeys.TransformersWithProjection(), _ => TextKeys.TransformersWithProjection()));

    /// <summary>OpenCLIP's text encoder with its projection.</summary>
    public static CheckpointPart OpenClip(string prefix) => new("text_encoder_2", "CLIPTextModelWithProjection", prefix, true, new PartMaps(
        has => TextKeys.OpenClip(TextKeys.LayersOfOpenClip(has)),
        has => TextKeys.OpenClip(TextKeys.LayersOfTransformers(has))));

    /// <summary>
    /// OpenCLIP's text encoder of which the last layer is not used: diffusers leaves it out, and so is it here, save in files that were made
    /// from diffusers' and have 23 layers.
    /// </summary>
    public static CheckpointPart OpenClipPenultimate(string prefix) => new("text_encoder", "CLIPTextModel", prefix, true, new PartMaps(
        has => TextKeys.OpenClip(UsedLayers(TextKeys.LayersOfOpenClip(has))),
        has => TextKeys.OpenClip(TextKeys.LayersOfTransformers(has))));

    /// <summary>The name of the tokenizer that belongs to it, a text encoder.</summary>
    public string TokenizerName => Name.Replace("text_encoder", "tokenizer", StringComparison.Ordinal);

    /// <summary>This network's tensors under diffusers' names, as views of the file's.</summary>
    public Dictionary<string, TensorView> ToDiffusers(IReadOnlyCollection<string> fileNames)
    {
        HashSet<string> names = [.. fileNames.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])];
        Dictionary<string, TensorView> views = Maps.FromOriginal(names.Contains).ToDiffusers(names);
        return views.ToDictionary(view => view.Key, view => view.Value with { Sources = [.. view.Value.Sources.Select(source => Prefix + source)] });
    }

    /// <summary>The file's tensors as views of this network's under diffusers' names.</summary>
    public Dictionary<string, TensorView> ToOriginal(IReadOnlyCollection<string> names)
    {
        HashSet<string> known = [.. names];
        return Maps.FromDiffusers(known.Contains).ToOriginal(names).ToDictionary(view => Prefix + view.Key, view => view.Value);
    }

    /// <summary>The file's tensors as views of this network's under diffusers' names, none of which may be lost.</summary>
    /// <exception cref="PareidoliaException">A tensor has no name in the original layout.</exception>
    public Dictionary<string, TensorView> AllToOriginal(StoredWeights weights)
    {
        Dictionary<string, TensorView> views = ToOriginal(weights.Names);
        HashSet<string> used = [.. views.Values.SelectMany(view => view.Sources)];
        return weights.Names.FirstOrDefault(name => !used.Contains(name) && !HarmlessKeys.Contains(name)) is string lost
            ? throw new PareidoliaException($"'{weights.Location}': {SafetensorsHeader.Shown(lost)} has no name in the original layout of a {Name}.")
            : views;
    }

    private static KeyMap UNetMap(IReadOnlyList<int> layers, Func<IReadOnlyList<int>, Func<int, bool>> attention) =>
        UNetKeys.Map(layers, attention(layers));

    // ViT-H's tower has 24.
    private static int UsedLayers(int layers) => layers == 23 ? layers : layers - 1;
}

/// <summary>Makes a network's key map from the names that are there.</summary>
/// <param name="FromOriginal">Given which names of the original layout are there.</param>
/// <param name="FromDiffusers">Given which of diffusers' are.</param>
internal sealed record PartMaps(Func<Func<string, bool>, KeyMap> FromOriginal, Func<Func<string, bool>, KeyMap> FromDiffusers);
