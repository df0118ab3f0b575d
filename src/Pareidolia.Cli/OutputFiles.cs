using System.Text;
using Pareidolia.Imaging;

namespace Pareidolia.Cli;

/// <summary>Where one picture goes.</summary>
/// <param name="Path">A path that nothing occupies, or one that may be overwritten.</param>
/// <param name="Occupied">The name that was wanted and is taken by an existing file; null where the wanted name was free.</param>
internal readonly record struct OutputFile(string Path, string? Occupied)
{
    /// <summary>What a report says behind the path where the wanted name was taken.</summary>
    public string Note => Occupied is null ? "" : $"  ({Occupied} exists; --force overwrites)";
}

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
        RequireWritable(Folder, target ?? ".");
    }

    /// <summary>A run that writes one PNG.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether an existing file may be overwritten.</param>
    /// <exception cref="PareidoliaException">It is named otherwise, or cannot be written to.</exception>
    public static OutputFiles ForPng(string option, string path, bool overwrite) => PictureNames.Format(path) == ImageFormat.Png
        ? new OutputFiles(path, overwrite)
        : throw new PareidoliaException($"{option} is '{path}'; a name that ends in .png is needed.");

    /// <summary>
    /// The folder for files of fixed names: the wanted one or, where it holds one of them and nothing may be overwritten, the next free name.
    /// </summary>
    /// <exception cref="PareidoliaException">It cannot be written to.</exception>
    public static OutputFile FreeFolder(string wanted, IReadOnlyList<string> names, bool overwrite)
    {
        RequireWritable(wanted, wanted);
        if (overwrite || names.FirstOrDefault(name => Path.Exists(Path.Combine(wanted, name))) is not string taken)
            return new OutputFile(wanted, null);
        // A name to count from, which the working folder as . does not have.
        string stem = Path.TrimEndingDirectorySeparator(Path.GetFileName(wanted) is "." or ".." ? Path.Combine(wanted, "report") : wanted);
        string free = Enumerable.Range(1, int.MaxValue).Select(number => $"{stem}-{number}").First(folder => !Path.Exists(folder));
        return new OutputFile(free, Path.Combine(wanted, taken));
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

    /// <summary>Makes the folder where it is missing.</summary>
    /// <exception cref="PareidoliaException">The file system refuses.</exception>
    public void MakeFolder()
    {
        if (Folder.Length > 0)
            Guarded(Folder, () => Directory.CreateDirectory(Folder));
    }

    /// <summary>Fails unless files can be made in a folder: told before the work, not after it.</summary>
    /// <param name="folder">The folder; what does not exist yet is asked of the nearest folder above that does.</param>
    /// <param name="target">What an error calls it.</param>
    /// <exception cref="PareidoliaException">They cannot.</exception>
    public static void RequireWritable(string folder, string target)
    {
        string nearest = Path.GetFullPath(folder.Length == 0 ? "." : folder);
        while (!Path.Exists(nearest) && Path.GetDirectoryName(nearest) is string parent)
            nearest = parent;
        if (!Directory.Exists(nearest))
            throw new PareidoliaException($"Cannot write to '{target}': '{nearest}' is not a folder.");
        string probe = Path.Combine(nearest, $".{Path.GetRandomFileName()}.tmp");
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
