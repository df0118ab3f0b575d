namespace Pareidolia.Files;

/// <summary>Folders that are made for what is written into them.</summary>
internal static class Folder
{
    /// <summary>Makes a folder, and those above it, where it is missing.</summary>
    /// <exception cref="PareidoliaException">The file system refuses.</exception>
    public static void Make(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PareidoliaException($"The folder '{path}' cannot be made: {error.Message}", error);
        }
    }
}
