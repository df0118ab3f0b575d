namespace Pareidolia.Training.Data;

/// <summary>
/// A data set as plain files, the field's convention for a handful of pictures of one's own: <c>cat.jpg</c> and <c>cat.txt</c> side by side, in folders or
/// not. What shares a name without its extension is a sample.
/// </summary>
internal static class SampleFolder
{
    /// <summary>Largest file that is read, in bytes.</summary>
    private const long FileLimit = 1L << 30;

    /// <summary>The samples of a folder and the folders in it, sorted by name; hidden files and files without an extension belong to none.</summary>
    /// <exception cref="PareidoliaException">A file cannot be read.</exception>
    public static IEnumerable<Sample> Read(string folder, BrokenMembers broken)
    {
        IEnumerable<(string Key, string File)> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), file))
            .Where(entry => Path.GetExtension(entry.file).Length > 1 && !entry.Item1.Split('/').Any(part => part.StartsWith('.')))
            .Select(entry => (entry.Item1[..^Path.GetExtension(entry.file).Length], entry.file));
        foreach (IGrouping<string, string> group in files.GroupBy(entry => entry.Key, entry => entry.File).OrderBy(group => group.Key, StringComparer.Ordinal))
            yield return new Sample(folder, group.Key, Parts(folder, group, broken));
    }

    private static Dictionary<string, byte[]> Parts(string folder, IGrouping<string, string> files, BrokenMembers broken)
    {
        Dictionary<string, byte[]> parts = [];
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            string extension = Path.GetExtension(file)[1..].ToLowerInvariant();
            if (new FileInfo(file).Length > FileLimit)
                broken.Add(folder, files.Key, $"its {extension} has more than {FileLimit} bytes.");
            else if (!parts.TryAdd(extension, Content(file)))
                broken.Add(folder, files.Key, $"it has two parts {extension}; the first counts.");
        }
        return parts;
    }

    private static byte[] Content(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read '{file}': {error.Message}", error);
        }
    }
}
