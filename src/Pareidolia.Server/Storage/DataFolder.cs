namespace Pareidolia.Server.Storage;

/// <summary>Where a studio keeps what it keeps. Every path is made of names that the studio itself gave, never of a client's words.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    /// <summary>Makes the folder where it is missing, and takes it: two studios must not write into one.</summary>
    /// <exception cref="PareidoliaException">It cannot be made, or another studio has it.</exception>
    public DataFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        try
        {
            foreach (string folder in (string[])[Path, Pictures, Bin, Films, Journals, Uploads, Runs])
                _ = Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"The data folder '{path}' cannot be made: {error.Message}", error);
        }
        try
        {
            _lock = new FileStream(System.IO.Path.Combine(Path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new PareidoliaException($"Another studio works in '{path}': stop it, or name another folder with --data.", error);
        }
        // What a killed studio had not finished writing.
        foreach (string file in Directory.EnumerateFiles(Path, ".*.tmp", SearchOption.AllDirectories))
            File.Delete(file);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The queue, the index of pictures, the users.</summary>
    public string Database => System.IO.Path.Combine(Path, "studio.db");

    /// <summary>The pictures.</summary>
    public string Pictures => System.IO.Path.Combine(Path, "pictures");

    /// <summary>Deleted pictures, until they are removed for good.</summary>
    public string Bin => System.IO.Path.Combine(Path, "bin");

    /// <summary>The denoising of pictures, frame by frame.</summary>
    public string Films => System.IO.Path.Combine(Path, "films");

    /// <summary>What runs that are not finished have computed.</summary>
    public string Journals => System.IO.Path.Combine(Path, "journals");

    /// <summary>Pictures that clients brought.</summary>
    public string Uploads => System.IO.Path.Combine(Path, "uploads");

    /// <summary>Runs of training.</summary>
    public string Runs => System.IO.Path.Combine(Path, "runs");

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
