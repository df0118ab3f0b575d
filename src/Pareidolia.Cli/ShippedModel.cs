namespace Pareidolia.Cli;

/// <summary>Finds models: a folder that was named, or the one that comes with the program.</summary>
internal static class ShippedModel
{
    private const string Folder = "models";
    private const string Name = "emoji";
    private const string Index = "model_index.json";

    /// <summary>
    /// The folder of a model: <paramref name="asked"/> itself, or of that name among the shipped models; without it <c>models/emoji</c>,
    /// looked for in the folders above the program and above the working directory.
    /// </summary>
    /// <exception cref="PareidoliaException">There is no such folder.</exception>
    public static string Locate(string? asked)
    {
        if (asked is not null && (Directory.Exists(asked) || File.Exists(asked)))
            return asked;
        string name = asked ?? Name;
        foreach (string start in (string[])[AppContext.BaseDirectory, Environment.CurrentDirectory])
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, Folder, name) is string path && File.Exists(Path.Combine(path, Index)))
                    return path;
        throw new PareidoliaException(asked is null
            ? $"The program's own model {Folder}/{Name} is in no folder above '{AppContext.BaseDirectory}' or the working directory; name one with --model."
            : $"There is no model '{asked}': a folder with {Index}, or the name of a folder in {Folder}/, is needed.");
    }
}
