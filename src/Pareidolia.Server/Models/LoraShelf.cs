using Pareidolia.Adapters;
using Pareidolia.Server.Generate;

namespace Pareidolia.Server.Models;

/// <summary>The LoRAs of a folder, by the names of their files without the ending.</summary>
internal sealed class LoraShelf(StudioOptions options)
{
    private static readonly string[] s_endings = [".safetensors", ".pt", ".ckpt", ".bin"];

    /// <summary>The files by name; read anew each time, so that a new file needs no restart.</summary>
    public IReadOnlyDictionary<string, string> Files => FilesByName.In(options.Loras, s_endings);

    /// <summary>Those that an order names.</summary>
    /// <exception cref="Refusal">One is not there.</exception>
    public IReadOnlyList<LoraChoice> Find(IReadOnlyList<LoraOrder>? orders)
    {
        if (orders is null or [])
            return [];
        IReadOnlyDictionary<string, string> files = Files;
        return [.. orders.Select(order => order?.Name is string name && files.TryGetValue(name, out string? file)
            ? new LoraChoice(file, order.Weight ?? 1, order.TextWeight ?? order.Weight ?? 1)
            : throw Refusal.Bad($"There is no LoRA '{order?.Name}'; there are {(files.Count == 0 ? "none" : string.Join(", ", files.Keys))}.", "loras"))];
    }
}

/// <summary>Files of a folder that clients name: by name, never by path.</summary>
internal static class FilesByName
{
    /// <summary>Each file, or folder that holds a model, by its name without the ending, in the order of names.</summary>
    public static SortedDictionary<string, string> In(string? folder, IReadOnlyCollection<string> endings)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        if (folder is null || !Directory.Exists(folder))
            return files;
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => endings.Contains(Path.GetExtension(file))))
            _ = files.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        return files;
    }
}
