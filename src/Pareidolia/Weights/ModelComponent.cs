namespace Pareidolia.Weights;

/// <summary>
/// One part of a model (a network, a scheduler, a tokenizer): a config and, for a network, weights under the names of the Hugging Face
/// layout. It lies in a folder of its own, or in a file that holds a whole model. A folder that holds a single network is a component too.
/// </summary>
public sealed class ModelComponent
{
    private static readonly string[] ConfigNames =
        ["config.json", "scheduler_config.json", "tokenizer_config.json", "preprocessor_config.json"];

    /// <summary>Full precision first: a half-precision copy stands in where it is the only one, and a pickle where there is nothing better.</summary>
    private static readonly string[] WeightNames =
    [
        "diffusion_pytorch_model.safetensors", "model.safetensors",
        "diffusion_pytorch_model.safetensors.index.json", "model.safetensors.index.json",
        "diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors",
        "diffusion_pytorch_model.safetensors.index.fp16.json", "model.safetensors.index.fp16.json",
        "diffusion_pytorch_model.bin", "pytorch_model.bin",
    ];

    private readonly Func<StoredWeights>? _open;

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
        _open = WeightsPath is string weights ? () => StoredWeights.Open(weights) : null;
    }

    /// <summary>A component that lies elsewhere than in a folder of its own.</summary>
    /// <param name="location">Where it lies: what errors name.</param>
    /// <param name="className">Its class.</param>
    /// <param name="config">Its config.</param>
    /// <param name="open">Opens its weights; null for a part that has none.</param>
    internal ModelComponent(string location, string className, JsonConfig config, Func<StoredWeights>? open) =>
        (Folder, ClassName, Config, _open) = (location, className, config, open);

    /// <summary>The folder; of a component in a file that holds a whole model, this file.</summary>
    public string Folder { get; }

    /// <summary>The class that made it, such as <c>UNet2DConditionModel</c>; null where nothing says so.</summary>
    public string? ClassName { get; }

    /// <summary>Its config; without any key where the folder has none (a tokenizer of vocabulary files alone).</summary>
    public JsonConfig Config { get; }

    /// <summary>The token that fills texts up, where the model says it and its vocabulary, which came from elsewhere, may not.</summary>
    internal string? PadToken { get; init; }

    /// <summary>How its weights are held once they are loaded.</summary>
    internal WeightHolding Holding { get; private set; } = new();

    /// <summary>The file of weights, or the index of its shards; null where the folder has none.</summary>
    public string? WeightsPath => WeightNames.Select(name => Path.Combine(Folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Whether it has weights.</summary>
    public bool HasWeights => _open is not null;

    /// <summary>Opens the weights.</summary>
    /// <exception cref="PareidoliaException">There are none, or they are broken.</exception>
    public StoredWeights OpenWeights() => _open?.Invoke() ?? throw new PareidoliaException(
        $"'{Folder}' has no weights: {WeightNames[0]} or {WeightNames[1]} is needed.");

    /// <summary>The same part, its weights held in another way.</summary>
    internal ModelComponent Held(WeightHolding holding)
    {
        ModelComponent component = (ModelComponent)MemberwiseClone();
        component.Holding = holding;
        return component;
    }

    /// <summary>The config, which must not be empty.</summary>
    /// <exception cref="PareidoliaException">There is none.</exception>
    internal JsonConfig NeededConfig() =>
        Config.Keys.Count > 0 ? Config : throw new PareidoliaException($"'{Folder}' has no {ConfigNames[0]}, which is needed.");

    /// <summary>The path of a file that the component needs, such as <c>vocab.json</c>.</summary>
    /// <exception cref="PareidoliaException">It is not there.</exception>
    public string Needed(string file)
    {
        string path = Path.Combine(Folder, file);
        return File.Exists(path) ? path : throw new PareidoliaException($"'{Folder}' has no {file}, which is needed.");
    }
}
