using Pareidolia.Training.Data;

namespace Pareidolia.Server.Train;

/// <summary>The folders of training data that runs may name, each by its own name: no client's word becomes a path.</summary>
internal sealed class DataShelf
{
    // Enough to tell what is inside.
    private const int MostContents = 100;

    // Neither what is hidden nor what may not be read.
    private static readonly EnumerationOptions s_readable = new();

    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    public DataShelf(StudioOptions options)
    {
        foreach (string path in options.TrainingData)
            if (!_folders.TryAdd(NameOf(path), path))
                throw new PareidoliaException($"Two folders of training data are called '{NameOf(path)}': rename one of them.");
    }

    /// <summary>All of them that are there; where the options name none, the one that the environment names.</summary>
    public IReadOnlyList<DataView> Views => _folders.Count > 0
        ? [.. _folders.Where(folder => Directory.Exists(folder.Value)).Select(folder => new DataView(folder.Key, Contents(folder.Value)))]
        : Usual() is DataRoot usual ? [new DataView(NameOf(usual.Path), Contents(usual.Path))] : [];

    /// <summary>The name that counts where none is given; null where there is no data.</summary>
    public string? First => Views.Select(view => view.Id).FirstOrDefault();

    /// <summary>Whether there is a folder of a name.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public string Checked(string id) => Views.Any(view => view.Id == id) ? id : throw Refusal.Bad(
        $"There is no data '{Refusal.Short(id)}'; there {(Views is [] ? "is none" : $"are {string.Join(", ", Views.Select(view => view.Id))}")}.", "data");

    /// <summary>The folder of a name.</summary>
    /// <exception cref="PareidoliaException">It is not there any more.</exception>
    public DataRoot Find(string? id) => DataRoot.Resolve(id is not null && _folders.TryGetValue(id, out string? path) ? path : null);

    private static DataRoot? Usual()
    {
        try
        {
            return DataRoot.Resolve();
        }
        catch (PareidoliaException)
        {
            return null;
        }
    }

    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static string[] Contents(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path, "*", s_readable).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal).Take(MostContents)];
}

/// <summary>A folder of training data.</summary>
/// <param name="Id">What runs call it.</param>
/// <param name="Contents">The names of what is in it.</param>
internal sealed record DataView(string Id, IReadOnlyList<string> Contents);
