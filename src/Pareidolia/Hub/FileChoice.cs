using System.IO.Enumeration;

namespace Pareidolia.Hub;

/// <summary>Which of a model's files are wanted: a repository often holds the same weights in several formats and precisions.</summary>
internal static class FileChoice
{
    // Formats of weights, the first that a folder has is taken.
    private static readonly string[] s_weights = [".safetensors", ".bin", ".ckpt", ".pt", ".pth"];
    private static readonly string[] s_texts = [".json", ".txt", ".yaml", ".model"];

    /// <summary>The files that fit one of the patterns (<c>*</c> and <c>?</c>); without patterns, what is needed to draw.</summary>
    public static IReadOnlyList<HubFile> Select(IReadOnlyList<HubFile> files, IReadOnlyList<string> patterns)
    {
        if (patterns.Count > 0)
            return [.. files.Where(file => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, file.Path)))];
        bool isFolder = files.Any(file => file.Path == "model_index.json");
        return [.. files.GroupBy(file => Path.GetDirectoryName(file.Path) ?? "").Where(group => !group.Key.StartsWith("safety_checker", StringComparison.Ordinal))
            .SelectMany(group => Wanted([.. group], isFolder && group.Key.Length == 0))];
    }

    // Beside a whole model in folders, the files of weights at the top are the same model once more.
    private static IEnumerable<HubFile> Wanted(HubFile[] folder, bool onlyTexts)
    {
        IEnumerable<HubFile> texts = folder.Where(file => s_texts.Contains(Path.GetExtension(file.Path)) && !IsIndexOfOther(file.Path));
        if (onlyTexts)
            return texts;
        string? format = s_weights.FirstOrDefault(extension => folder.Any(file => Path.GetExtension(file.Path) == extension));
        HubFile[] weights = [.. folder.Where(file => Path.GetExtension(file.Path) == format)];
        HubFile[] full = [.. weights.Where(file => !IsVariant(file.Path))];
        return texts.Concat(full.Length > 0 ? full : weights);
    }

    private static bool IsVariant(string path)
    {
        string name = Path.GetFileName(path);
        return name.Contains(".fp16.", StringComparison.Ordinal) || name.Contains(".non_ema.", StringComparison.Ordinal)
            || name.Contains(".bf16.", StringComparison.Ordinal) || name.StartsWith("openvino_", StringComparison.Ordinal)
            || name.StartsWith("flax_", StringComparison.Ordinal);
    }

    private static bool IsIndexOfOther(string path) => path.EndsWith(".index.json", StringComparison.Ordinal) && !path.Contains(".safetensors.", StringComparison.Ordinal);
}
