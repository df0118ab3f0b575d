using System.Collections.Concurrent;
using Pareidolia.Graph;
using Pareidolia.Pipelines;

namespace Pareidolia.Server.Models;

/// <summary>
/// Upscalers: those that came with the models, the networks of the folders by the names of their files, and those that need no file. A file that the
/// engine does not know is none.
/// </summary>
internal sealed class UpscalerShelf(StudioOptions options, ModelShelf shelf)
{
    // The folder of a model's own upscaler; infotexts name it so.
    private const string Own = "upscaler";

    private static readonly string[] s_endings = [".safetensors", ".pth"];

    // The web UI's names of what needs no network.
    private static readonly Dictionary<string, string> s_plain = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Nearest"] = "nearest", ["Bilinear"] = "bilinear", ["Bicubic"] = "bicubic", ["Lanczos"] = "lanczos",
    };

    // Each file is opened once, and again when it has changed.
    private readonly ConcurrentDictionary<(string Path, DateTime Written), int?> _scales = new();

    /// <summary>Where the networks lie, by name; looked up each time, so that a new file needs no restart.</summary>
    public IReadOnlyDictionary<string, string> Networks
    {
        get
        {
            SortedDictionary<string, string> known = new(StringComparer.OrdinalIgnoreCase);
            string? inModels = options.ModelsFolder is string models ? Path.Combine(models, ModelFolders.Upscalers) : null;
            foreach ((string name, string path) in OfModels().Concat(FilesByName.In(options.Upscalers, s_endings)).Concat(FilesByName.In(inModels, s_endings)))
                if (ScaleAt(path) is not null)
                    _ = known.TryAdd(name, path);
            return known;
        }
    }

    /// <summary>All names, those without a network first.</summary>
    public IReadOnlyList<string> Names => [.. s_plain.Keys, .. Networks.Keys];

    /// <summary>Whether there is an upscaler of pictures of a name.</summary>
    public bool Has(string name) => s_plain.ContainsKey(name) || Find(name) is not null;

    /// <summary>Where a network lies; null where the name is none of a network's.</summary>
    public string? Find(string? name) => name is null ? null
        : Networks.TryGetValue(name, out string? path) ? path
        : name == Own ? OfModels().Select(own => own.Value).FirstOrDefault() : null;

    /// <summary>How many times larger a network makes pictures; null where the name is none of a network's.</summary>
    public int? ScaleOf(string name) => Find(name) is string path ? ScaleAt(path) : null;

    /// <summary>The network of a name, loaded; null where the name is none of a network's.</summary>
    public PictureUpscaler? Load(string? name) => Find(name) is string path ? PictureUpscaler.Load(path) : null;

    /// <summary>Any upscaler of pictures, loaded; null where there is none of that name.</summary>
    public PictureUpscaler? LoadAny(string name) => s_plain.TryGetValue(name, out string? plain) ? PictureUpscaler.Load(plain) : Load(name);

    private IEnumerable<KeyValuePair<string, string>> OfModels() => shelf.Models
        .Select(model => KeyValuePair.Create($"{model.Name}-{Own}", Path.Combine(model.Path, Own))).Where(own => Directory.Exists(own.Value));

    private int? ScaleAt(string path) => _scales.GetOrAdd((path, File.GetLastWriteTimeUtc(path)), place => PictureUpscaler.ScaleOf(place.Path));
}
