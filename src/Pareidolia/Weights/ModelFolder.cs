namespace Pareidolia.Weights;

/// <summary>
/// A whole model in the Hugging Face layout: <c>model_index.json</c> names the class of the pipeline and of each component, and each
/// component lies in the folder of its name (https://huggingface.co/docs/diffusers/using-diffusers/loading).
/// </summary>
public sealed class ModelFolder : ModelSource
{
    private const string IndexName = "model_index.json";

    // Parts that draw nothing: many copies of a model come without them.
    private static readonly string[] s_optional = ["safety_checker", "feature_extractor", "image_encoder"];

    private readonly Dictionary<string, string> _classOf = [];

    /// <summary>Opens a folder: reads the index and nothing else.</summary>
    /// <exception cref="PareidoliaException">The folder or its index is missing or broken.</exception>
    public ModelFolder(string path)
        : base(path)
    {
        string index = System.IO.Path.Combine(path, IndexName);
        if (!Directory.Exists(path))
            throw new PareidoliaException($"The model folder '{path}' does not exist.");
        if (!File.Exists(index))
            throw new PareidoliaException($"'{path}' is not a model folder: it has no {IndexName}.");
        Index = JsonConfig.Load(index);
        foreach (string name in Index.Keys.Where(key => !key.StartsWith('_')))
            Add(name);
    }

    /// <summary><c>model_index.json</c>.</summary>
    public JsonConfig Index { get; }

    /// <summary>The pipeline's class, such as <c>StableDiffusionPipeline</c>; null where the index does not say.</summary>
    public override string? ClassName => Index.Text("_class_name");

    /// <summary>The components' names, in the order of the index.</summary>
    public override IReadOnlyCollection<string> Names => _classOf.Keys;

    /// <summary>Opens a component, such as <c>unet</c>: reads its config.</summary>
    /// <exception cref="PareidoliaException">The index does not name it, or its folder is missing or broken.</exception>
    private protected override ModelComponent Find(string name) => _classOf.TryGetValue(name, out string? className)
        ? new ModelComponent(System.IO.Path.Combine(Path, name), className)
        : throw new PareidoliaException($"'{Path}' has no component {name}; it has {string.Join(", ", Names)}.");

    /// <summary>A component is a pair of library and class; [null, null] is one that was left out, as is an optional one without folder; other values are settings.</summary>
    private void Add(string name)
    {
        if (Index.TextsOrNulls(name) is not [_, string className] || (s_optional.Contains(name) && !Directory.Exists(System.IO.Path.Combine(Path, name))))
            return;
        if (name != System.IO.Path.GetFileName(name) || name is "." or "..")
            throw new PareidoliaException($"'{Index.Name}' names the component {SafetensorsHeader.Shown(name)}; "
                + "the name of a folder beside it is needed.");
        _classOf.Add(name, className);
    }
}
