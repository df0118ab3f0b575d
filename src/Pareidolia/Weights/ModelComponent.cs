namespace Pareidolia.Weights;

/// <summary>
/// One part of a model in the Hugging Face layout (a network, a scheduler, a tokenizer): a folder with a config and, for a network,
/// weights. A folder that holds a single network is a component too.
/// </summary>
public sealed class ModelComponent
{
    private static readonly string[] ConfigNames =
        ["config.json", "scheduler_config.json", "tokenizer_config.json", "preprocessor_config.json"];

    /// <summary>Full precision first: a half-precision copy stands in where it is the only one.</summary>
    private static readonly string[] WeightNames =
    [
        "diffusion_pytorch_model.safetensors", "model.safetensors",
        "diffusion_pytorch_model.safetensors.index.json", "model.safetensors.index.json",
        "diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors",
        "diffusion_pytorch_model.safetensors.index.fp16.json", "model.safetensors.index.fp16.json",
    ];

    /// <summary>Opens a component's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="className">Its class as a <c>model_index.json</c> gives it; else the config's own word counts.</param>
    /// <exception cref="PareidoliaException">The folder is missing, or has a config that cannot be read.</exception>
    public ModelComponent(string folder, string? className = null)
    {
        if (!Directory.Exists(folder))
            throw new PareidoliaException($"The model folder '{folder}' does not exist.");
        Folder = folder;
        Config = ConfigNames.Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(JsonConfig.Load).FirstOrDefault()
            ?? JsonConfig.Parse("{}", folder);
        string? architecture = Config.Texts("architectures", []) is [string first, ..] ? first : null;
        ClassName = className ?? Config.Text("_class_name") ?? architecture;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The class that made it, such as <c>UNet2DConditionModel</c>; null where nothing says so.</summary>
    public string? ClassName { get; }

    /// <summary>Its config; without any key where the folder has none (a tokenizer of vocabulary files alone).</summary>
    public JsonConfig Config { get; }

    /// <summary>The safetensors file, or the index of its shards; null where the folder has no such weights.</summary>
    public string? WeightsPath => WeightNames.Select(name => Path.Combine(Folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Opens the weights.</summary>
    /// <exception cref="PareidoliaException">There are none, or they are broken.</exception>
    public SafetensorsShards OpenWeights() => new(WeightsPath ?? throw new PareidoliaException(
        $"'{Folder}' has no safetensors weights: {WeightNames[0]} or {WeightNames[1]} is needed."));

    /// <summary>The path of a file that the component needs, such as <c>vocab.json</c>.</summary>
    /// <exception cref="PareidoliaException">It is not there.</exception>
    public string Needed(string file)
    {
        string path = Path.Combine(Folder, file);
        return File.Exists(path) ? path : throw new PareidoliaException($"'{Folder}' has no {file}, which is needed.");
    }
}
