namespace Pareidolia.Training.Data;

/// <summary>
/// The folder of training data, so that recipes can name data without knowing where it lies on a machine: the one given by
/// <c>--data</c>, else <c>PAREIDOLIA_DATA</c>, else <c>../shared/data</c> beside the working folder.
/// </summary>
public sealed class DataRoot
{
    private const string Variable = "PAREIDOLIA_DATA";

    private DataRoot(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>What of the data that was read so far could not be used.</summary>
    public BrokenMembers Broken { get; } = new();

    /// <summary>Finds the folder.</summary>
    /// <param name="option">The value of <c>--data</c>, where it was given.</param>
    /// <exception cref="PareidoliaException">The folder that counts does not exist.</exception>
    public static DataRoot Resolve(string? option = null)
    {
        string? environment = Environment.GetEnvironmentVariable(Variable);
        (string path, string origin) = (option, environment) switch
        {
            ({ Length: > 0 }, _) => (option, "--data"),
            (_, { Length: > 0 }) => (environment, Variable),
            _ => (System.IO.Path.Combine("..", "shared", "data"), "the default"),
        };
        return Directory.Exists(path)
            ? new DataRoot(path)
            : throw new PareidoliaException($"The data folder '{path}' ({origin}) does not exist; name one with --data or {Variable}.");
    }

    /// <summary>A file of the data.</summary>
    /// <param name="relative">Its path below the root, such as <c>mnist/train-labels-idx1-ubyte.gz</c>.</param>
    /// <exception cref="PareidoliaException">It is not there.</exception>
    public string File(string relative)
    {
        string path = System.IO.Path.Combine(Path, relative);
        return System.IO.File.Exists(path) ? path : throw new PareidoliaException($"The data folder '{Path}' has no file '{relative}'.");
    }

    /// <summary>The files that a pattern names, sorted by name; or a folder of plain files, which stands for its content.</summary>
    /// <param name="pattern">A path below the root whose last part may hold * and ?, such as <c>emoji/train-*.tar</c>; or a folder.</param>
    /// <exception cref="PareidoliaException">There are none.</exception>
    public IReadOnlyList<string> Files(string pattern)
    {
        string full = System.IO.Path.Combine(Path, pattern);
        if (Directory.Exists(full))
            return [full];
        string folder = System.IO.Path.GetDirectoryName(full) ?? Path;
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, System.IO.Path.GetFileName(full)) : [];
        Array.Sort(files, StringComparer.Ordinal);
        return files.Length > 0 ? files : throw new PareidoliaException($"The data folder '{Path}' has no file that matches '{pattern}'.");
    }
}
