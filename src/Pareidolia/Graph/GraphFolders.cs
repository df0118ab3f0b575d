using Pareidolia.Graph.Values;

namespace Pareidolia.Graph;

/// <summary>A kind of file that graphs name, as ComfyUI calls its folder.</summary>
public static class ModelFolders
{
    /// <summary>Whole models: single files, and folders in the Hugging Face layout.</summary>
    public const string Checkpoints = "checkpoints";

    /// <summary>LoRAs.</summary>
    public const string Loras = "loras";

    /// <summary>Autoencoders.</summary>
    public const string Vae = "vae";

    /// <summary>Diffusion models alone, without text encoder and autoencoder.</summary>
    public const string DiffusionModels = "diffusion_models";

    /// <summary>Text encoders alone.</summary>
    public const string TextEncoders = "text_encoders";

    /// <summary>ControlNets.</summary>
    public const string ControlNets = "controlnet";

    /// <summary>Networks that enlarge pictures.</summary>
    public const string Upscalers = "upscale_models";

    /// <summary>Words learned by textual inversion.</summary>
    public const string Embeddings = "embeddings";

    /// <summary>All of them, and those of ComfyUI that no node here reads.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Checkpoints, Loras, Vae, TextEncoders, DiffusionModels, "clip_vision", "style_models", Embeddings, "diffusers", "vae_approx", ControlNets,
        "gligen", Upscalers, "hypernetworks", "photomaker",
    ];
}

/// <summary>Where graphs find pictures and models, and where they write. A graph names files, never paths: nothing outside is reached.</summary>
public sealed class GraphFolders
{
    private static readonly string[] s_endings = [".safetensors", ".ckpt", ".pt", ".pt2", ".bin", ".pth", ".pkl", ".sft"];

    private readonly Dictionary<string, string> _checkpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _folders = ModelFolders.All.ToDictionary(kind => kind, _ => new List<string>());

    /// <summary>Folders of one studio; they are made where they are not there.</summary>
    /// <param name="input">Pictures that graphs load.</param>
    /// <param name="output">Pictures that they save.</param>
    /// <param name="temporary">Pictures that are only looked at.</param>
    /// <param name="models">A folder with a folder for each kind of <see cref="ModelFolders"/>; null for none.</param>
    public GraphFolders(string input, string output, string temporary, string? models = null)
    {
        (Input, Output, Temporary) = (Path.GetFullPath(input), Path.GetFullPath(output), Path.GetFullPath(temporary));
        foreach (string folder in (string[])[Input, Output, Temporary])
            Directory.CreateDirectory(folder);
        if (models is null)
            return;
        foreach (string kind in ModelFolders.All)
            AddFolder(kind, Path.Combine(models, kind));
        // What ComfyUI called them before, and still reads.
        AddFolder(ModelFolders.DiffusionModels, Path.Combine(models, "unet"));
        AddFolder(ModelFolders.TextEncoders, Path.Combine(models, "clip"));
    }

    /// <summary>Pictures that graphs load.</summary>
    public string Input { get; }

    /// <summary>Pictures that graphs save.</summary>
    public string Output { get; }

    /// <summary>Pictures that are only looked at.</summary>
    public string Temporary { get; }

    /// <summary>The vocabulary for single files, which have none: a folder; null for none.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>The folders of a kind; none for a kind that is not known.</summary>
    internal IReadOnlyList<string> FoldersOf(string kind) => _folders.TryGetValue(kind, out List<string>? folders) ? folders : [];

    /// <summary>Names a model that lies elsewhere: the one that comes with the program, for instance.</summary>
    public void AddCheckpoint(string name, string path) => _checkpoints[name] = path;

    /// <summary>Adds a folder of files of a kind, behind those that are there.</summary>
    /// <param name="kind">One of <see cref="ModelFolders"/>.</param>
    /// <param name="folder">The folder, which need not be there yet.</param>
    public void AddFolder(string kind, string folder) => _folders[kind].Add(folder);

    /// <summary>The folder of a kind: <c>input</c>, <c>output</c>, <c>temp</c>; null for any other word.</summary>
    public string? OfType(string type) => type switch
    {
        "input" => Input,
        "output" => Output,
        "temp" => Temporary,
        _ => null,
    };

    /// <summary>The names of a kind's files, in order, with / between folders.</summary>
    /// <param name="kind">One of <see cref="ModelFolders"/>.</param>
    public IReadOnlyList<string> Names(string kind)
    {
        IEnumerable<string> found = FoldersOf(kind).Where(Directory.Exists).SelectMany(NamesIn);
        return [.. (kind == ModelFolders.Checkpoints ? _checkpoints.Keys.Concat(found) : found).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of a part's files, and those of whole models, which have that part too.</summary>
    /// <param name="kind">The part's folder.</param>
    internal IReadOnlyList<string> NamesOfPart(string kind) => [.. Names(kind).Union(Names(ModelFolders.Checkpoints))];

    /// <summary>The pictures that graphs may load, in order.</summary>
    public IReadOnlyList<string> Pictures() =>
    [
        .. Directory.EnumerateFiles(Input).Where(file => !Path.GetFileName(file).StartsWith('.')).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal),
    ];

    /// <summary>Where a named file of a kind lies.</summary>
    /// <exception cref="PareidoliaException">There is none of that name.</exception>
    public string Locate(string kind, string name)
    {
        if (kind == ModelFolders.Checkpoints && _checkpoints.TryGetValue(name, out string? path))
            return path;
        foreach (string folder in FoldersOf(kind))
            if (Inside(folder, name) is string found && Path.Exists(found))
                return found;
        throw new PareidoliaException($"There is no '{name}' among the {kind}; there are {Listed(Names(kind))}.");
    }

    /// <summary>The weights of one of <see cref="NamesOfPart"/>: a part's own file counts before a whole model of the same name.</summary>
    /// <exception cref="PareidoliaException">There are none of that name.</exception>
    internal ModelChoice ChoiceOfPart(string kind, ModelPart part, string name)
    {
        bool isOwn = Names(kind).Contains(name);
        string path = Locate(isOwn ? kind : ModelFolders.Checkpoints, name);
        // A folder is always a whole model.
        return new ModelChoice(path, []) { Part = isOwn && File.Exists(path) ? part : ModelPart.Whole };
    }

    /// <summary>A file below a folder; null where the name leads out of it.</summary>
    public static string? Inside(string folder, string name)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(name))
            return null;
        string root = Path.GetFullPath(folder), path = Path.GetFullPath(Path.Combine(root, name));
        return path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : null;
    }

    /// <summary>A message with the names of files alone: where the folders lie is not for clients, who know names.</summary>
    public string WithoutFolders(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        IEnumerable<string?> folders = [Input, Output, Temporary, .. _folders.Values.SelectMany(kind => kind), .. _checkpoints.Values.Select(Path.GetDirectoryName)];
        foreach (string folder in folders.OfType<string>().Select(Path.TrimEndingDirectorySeparator).Where(folder => folder.Length > 1).OrderByDescending(folder => folder.Length))
            message = message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Replace(folder, Path.GetFileName(folder), StringComparison.Ordinal);
        return message;
    }

    /// <summary>
    /// The picture that <c>name</c>, <c>folder/name</c> or, as ComfyUI marks where it lies, <c>name [output]</c> stands for; null where it leads out of
    /// the folders or is not there.
    /// </summary>
    internal string? Picture(string name)
    {
        (string plain, string folder) = (name, Input);
        foreach (string type in (string[])["input", "output", "temp"])
            if (name.EndsWith($" [{type}]", StringComparison.Ordinal))
                (plain, folder) = (name[..^(type.Length + 3)], OfType(type)!);
        return Inside(folder, plain) is string path && File.Exists(path) ? path : null;
    }

    private static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Take(20));

    // The networks of a model in folders are no files of their own.
    private static bool IsInsideModel(string file, string folder)
    {
        for (string? place = Path.GetDirectoryName(file); place is not null && place.Length >= folder.Length; place = Path.GetDirectoryName(place))
            if (File.Exists(Path.Combine(place, "model_index.json")))
                return true;
        return false;
    }

    private static IEnumerable<string> NamesIn(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => s_endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase) && !IsInsideModel(file, folder))
        .Concat(Directory.EnumerateFiles(folder, "model_index.json", SearchOption.AllDirectories).Select(index => Path.GetDirectoryName(index)!))
        .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'));
}
