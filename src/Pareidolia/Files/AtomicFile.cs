namespace Pareidolia.Files;

/// <summary>Writes files that are either complete or not there: a crash at any moment leaves the old content or the new one.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes a file through a temporary name in the same folder, flushes it to the disk and renames it over <paramref name="path"/>.
    /// When anything fails, the temporary file is removed and an existing file at <paramref name="path"/> keeps its content.
    /// </summary>
    /// <param name="path">The file to write; its folder must exist.</param>
    /// <param name="write">Writes the content. The stream can seek; it is closed afterwards, not by this action.</param>
    /// <exception cref="PareidoliaException">The file system refused (no such folder, no right, no space).</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        // The name does not grow with the target's, so that a name of the longest allowed length can still be written.
        string temporary = Path.Combine(Path.GetDirectoryName(target) ?? target, $".{Path.GetRandomFileName()}.tmp");
        try
        {
            WriteThrough(temporary, write);
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception error)
        {
            Remove(temporary);
            if (error is IOException or UnauthorizedAccessException)
                throw new PareidoliaException($"Cannot write '{path}': {error.Message}", error);
            throw;
        }
    }

    private static void WriteThrough(string temporary, Action<Stream> write)
    {
        using FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16);
        write(stream);
        stream.Flush(flushToDisk: true);
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; a folder that refused the file has nothing to remove.
        }
    }
}
