using System.Text;
using Pareidolia.Imaging;

namespace Pareidolia.Cli;

/// <summary>Where one picture goes.</summary>
/// <param name="Path">A path that nothing occupies, or one that may be overwritten.</param>
/// <param name="Occupied">The name that was wanted and is taken by an existing file; null where the wanted name was free.</param>
internal readonly record struct OutputFile(string Path, string? Occupied);

/// <summary>
/// Names of the pictures of a run, and their writing. The target is a picture's file or a folder; an existing file keeps its content unless
/// overwriting was asked for: the next free name <c>apple-1.png</c>, <c>apple-2.png</c> ... is taken. Two pictures of one run never get one name.
/// </summary>
internal sealed class OutputFiles
{
    private const int LongestStem = 60;

    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly string? _stem;
    private readonly string _extension;
    private readonly bool _overwrite;

    /// <summary>A run that writes to <paramref name="target"/>: a picture's file, else a folder; null stands for the working directory.</summary>
    /// <exception cref="PareidoliaException">The target names another kind of picture, or cannot be written to.</exception>
    public OutputFiles(string? target, bool overwrite, FormatRequest? format = null)
    {
        _overwrite = overwrite;
        Encoding = (format ?? new FormatRequest()).For(target);
        _extension = PictureNames.Extension(Encoding.Format);
        if (target is null)
            Folder = "";
        else if (PictureNames.Format(target) is not null && !Directory.Exists(target))
            (Folder, _stem, _extension) = (Path.GetDirectoryName(target) ?? "", Path.GetFileNameWithoutExtension(target), Path.GetExtension(target));
        else
            Folder = AsFolder(target);
        Encoding.Require(1, 1);
        RequireWritable(target ?? ".");
    }

    /// <summary>How the pictures are written.</summary>
    public ImageEncoding Encoding { get; }

    /// <summary>The folder, as the user gave it; empty for the working directory.</summary>
    public string Folder { get; }

    /// <summary>Whether the target is one file, whose name all pictures share.</summary>
    public bool IsFile => _stem is not null;

    /// <summary>The name without extension of a picture that is called <paramref name="name"/> in a folder; the target's, if that is a file.</summary>
    public string Stem(string name) => _stem ?? name;

    /// <summary>The place of the next picture of a name (without extension).</summary>
    public OutputFile Next(string wanted)
    {
        string? occupied = null;
        for (int number = 0; ; number++)
        {
            string path = Path.Combine(Folder, number == 0 ? wanted + _extension : $"{wanted}-{number}{_extension}");
            if (_taken.Contains(path))
                continue;
            if (!_overwrite && Path.Exists(path))
            {
                occupied ??= path;
                continue;
            }
            _ = _taken.Add(path);
            return new OutputFile(path, occupied);
        }
    }

    /// <summary>Writes a picture; its file is complete or not there.</summary>
    /// <exception cref="PareidoliaException">The file system refuses.</exception>
    public void Write(OutputFile file, Image image)
    {
        MakeFolder();
        ImageFile.Write(file.Path, image, Encoding);
    }

    /// <summary>A file name made from a prompt: its letters and digits, in lower case, with hyphens between the words.</summary>
    public static string NameFor(string prompt)
    {
        StringBuilder name = new();
        foreach (char character in prompt.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character))
                name.Append(character);
            else if (name.Length > 0 && name[^1] != '-')
                name.Append('-');
            if (name.Length >= LongestStem && name[^1] == '-')
                break;
        }
        string trimmed = name.ToString(0, Math.Min(name.Length, LongestStem)).Trim('-');
        return trimmed.Length > 0 ? trimmed : "picture";
    }

    /// <summary>A name that a list of prompts gives, with or without its extension.</summary>
    /// <exception cref="PareidoliaException">It is no plain file name.</exception>
    public static string NameGiven(string name, string place)
    {
        string stem = PictureNames.Stem(name);
        bool plain = stem.Length is > 0 and <= 200 && stem is not ("." or "..")
            && stem.IndexOfAny(['/', '\\', ':', '*', '?', '"', '<', '>', '|']) < 0 && !stem.Any(char.IsControl);
        return plain ? stem : throw new PareidoliaException(
            $"{place} names its picture '{Shown.Short(name)}'; a file name of 1 to 200 characters without / \\ : * ? \" < > | is needed.");
    }

    private static string AsFolder(string target)
    {
        if (PictureNames.IsForeign(target) && !Directory.Exists(target))
            throw new PareidoliaException($"-o is '{target}', but pictures are written as PNG, JPEG or WebP: name a .png, .jpg or .webp file or a folder.");
        return target;
    }

    public void MakeFolder()
    {
        if (Folder.Length > 0)
            Guarded(Folder, () => Directory.CreateDirectory(Folder));
    }

    // Told before the work, not after it. What does not exist yet is asked of the nearest folder above that does.
    private void RequireWritable(string target)
    {
        string folder = Path.GetFullPath(Folder.Length == 0 ? "." : Folder);
        while (!Path.Exists(folder) && Path.GetDirectoryName(folder) is string parent)
            folder = parent;
        if (!Directory.Exists(folder))
            throw new PareidoliaException($"Cannot write to '{target}': '{folder}' is not a folder.");
        if (_stem is not null && Directory.Exists(target))
            throw new PareidoliaException($"Cannot write to '{target}': it is a folder.");
        string probe = Path.Combine(folder, $".{Path.GetRandomFileName()}.tmp");
        Guarded(target, () => File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose());
    }

    private static void Guarded(string target, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PareidoliaException($"Cannot write to '{target}': {error.Message}", error);
        }
    }
}
