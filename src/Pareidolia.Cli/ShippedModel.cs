using Pareidolia.Hub;
using Pareidolia.Pipelines;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Cli;

/// <summary>Finds models: a folder or file that was named, one that was pulled from a hub, or the one that comes with the program.</summary>
internal static class ShippedModel
{
    private const string Folder = "models";
    private const string Name = "emoji";
    private const string Index = "model_index.json";

    private static readonly string[] s_weights = [".safetensors", ".ckpt", ".pt", ".pth"];

    /// <summary>
    /// The folder or file of a model: <paramref name="asked"/> itself, or of that name among the shipped models, or <c>owner/name</c> in the hub's
    /// cache; without it <c>models/emoji</c>, looked for in the folders above the program and above the working directory.
    /// </summary>
    /// <exception cref="PareidoliaException">There is no such folder.</exception>
    public static string Locate(string? asked)
    {
        if (asked is not null && (RandomModel.IsNamed(asked) || Directory.Exists(asked) || File.Exists(asked)))
            return asked;
        string name = asked ?? Name;
        foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, Folder, name) is string path && File.Exists(Path.Combine(path, Index)))
                    return path;
        if (asked is not null && HubName.TryParse(asked) is HubName pulled)
            return Pulled(pulled);
        throw new PareidoliaException(asked is null
            ? $"The program's own model {Folder}/{Name} is in no folder above '{AppContext.BaseDirectory}' or the working directory; name one with --model."
            : $"There is no model '{asked}': a folder with {Index}, a file of Stable Diffusion, a model that was pulled, or the name of a folder in {Folder}/, is needed.");
    }

    /// <summary>The models that come with the program, each with its folder.</summary>
    public static IEnumerable<(string Name, string Path)> All()
    {
        foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, Folder) is string models && File.Exists(Path.Combine(models, Name, Index)))
                    return [.. Directory.GetDirectories(models).Where(model => File.Exists(Path.Combine(model, Index))).Select(model => (Path.GetFileName(model), model))];
        return [];
    }

    /// <summary>The folders <c>models</c> and <c>runs</c> above the program and above the working directory.</summary>
    public static IEnumerable<string> TrainedFolders() => new[] { AppContext.BaseDirectory, Environment.CurrentDirectory }
        .SelectMany(start => Above(new DirectoryInfo(start))).SelectMany(above => (string[])[Path.Combine(above, Folder), Path.Combine(above, "runs")])
        .Where(Directory.Exists).Distinct();

    private static IEnumerable<string> Above(DirectoryInfo start)
    {
        for (DirectoryInfo? folder = start; folder is not null; folder = folder.Parent)
            yield return Path.TrimEndingDirectorySeparator(folder.FullName);
    }

    /// <summary>Opens a model. A single file that comes without a vocabulary has that of a model that was pulled from a hub, where there is one.</summary>
    /// <exception cref="PareidoliaException">There is no such model, or it is broken.</exception>
    public static ModelSource Open(string? asked, SingleFileOptions options)
    {
        string path = Locate(asked);
        if (RandomModel.IsNamed(path))
            return new RandomModel(path);
        return ModelSource.Open(path, File.Exists(path) && options.Tokenizer is null ? options with { Tokenizer = Cache().FindTokenizer() } : options);
    }

    /// <summary>The hub's cache that the environment names.</summary>
    public static HubCache Cache() => new(HubSettings.FromEnvironment().CacheFolder);

    // A snapshot of a whole model in folders, or of one file of weights.
    private static string Pulled(HubName name)
    {
        string snapshot = Cache().Snapshot(name) ?? throw new PareidoliaException($"There is no folder '{name}', and no model {name} was pulled: pareidolia models pull {name}");
        if (File.Exists(Path.Combine(snapshot, Index)))
            return snapshot;
        string[] files = [.. Directory.GetFiles(snapshot).Where(file => s_weights.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)];
        return files is [string only] ? only : throw new PareidoliaException(
            $"{name} has no {Index} and {files.Length} files of weights: name one of them with --model '{Path.Combine(snapshot, files.Length > 0 ? Path.GetFileName(files[0]) : "...")}'.");
    }
}
