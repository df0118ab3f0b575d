using Pareidolia.Graph;
using Pareidolia.Server.Generate;

namespace Pareidolia.Server.Models;

/// <summary>The ControlNets of the folders, by the names of their files without the ending, or of the folders that hold one.</summary>
internal sealed class ControlShelf(StudioOptions options)
{
    /// <summary>Most that look on while a picture is drawn.</summary>
    public const int Most = 10;

    private const double MostStrength = 10;

    private static readonly string[] s_endings = [".safetensors", ".pth", ".pt", ".ckpt", ".bin"];

    /// <summary>Where they lie, by name; read anew each time, so that a new file needs no restart.</summary>
    public IReadOnlyDictionary<string, string> Files
    {
        get
        {
            SortedDictionary<string, string> known = new(StringComparer.OrdinalIgnoreCase);
            string? inModels = options.ModelsFolder is string models ? Path.Combine(models, ModelFolders.ControlNets) : null;
            foreach (string folder in ((string?[])[options.ControlNets, inModels]).OfType<string>().Where(Directory.Exists))
                foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => s_endings.Contains(Path.GetExtension(file))))
                    _ = known.TryAdd(NameOf(file), PlaceOf(file));
            return known;
        }
    }

    /// <summary>Where those lie that an order names.</summary>
    /// <exception cref="Refusal">One is not there.</exception>
    public IReadOnlyList<string> Find(IReadOnlyList<ControlOrder?>? orders)
    {
        if (orders is null or [])
            return [];
        IReadOnlyDictionary<string, string> files = Files;
        return [.. orders.Select((order, i) => files[Known(order?.Model, i, files)])];
    }

    /// <summary>The same orders, complete.</summary>
    /// <exception cref="Refusal">A network is not there, a number is out of its range, or a picture is not named.</exception>
    public IReadOnlyList<ControlOrder>? Complete(IReadOnlyList<ControlOrder?>? orders)
    {
        if (orders is null or [])
            return null;
        if (orders.Count > Most)
            throw Refusal.Bad($"{orders.Count} ControlNets are asked for; at most {Most} look on.", "controls");
        IReadOnlyDictionary<string, string> files = Files;
        return [.. orders.Select((order, i) => Complete(order ?? new ControlOrder(), i, files))];
    }

    private static ControlOrder Complete(ControlOrder order, int i, IReadOnlyDictionary<string, string> files) => order with
    {
        Model = Known(order.Model, i, files),
        Picture = order.Picture ?? throw Refusal.Bad($"controls[{i}] has no 'picture', the id of what the network looks at.", $"controls[{i}].picture"),
        Strength = Within(order.Strength ?? 1, MostStrength, $"controls[{i}].strength"),
        Start = Within(order.Start ?? 0, 1, $"controls[{i}].start"),
        End = Within(order.End ?? 1, 1, $"controls[{i}].end"),
    };

    // The web UI's clients write a hash behind the name, as with models.
    private static string Known(string? name, int i, IReadOnlyDictionary<string, string> files) =>
        files.Keys.FirstOrDefault(known => known.Equals(name?.Split(" [")[0].Trim(), StringComparison.OrdinalIgnoreCase)) ?? throw Refusal.Bad(
            $"There is no ControlNet '{Refusal.Short(name ?? "")}'; there are {(files.Count == 0 ? "none" : string.Join(", ", files.Keys))}.", $"controls[{i}].model");

    // Written so that what is no number fails too.
    private static double Within(double value, double most, string field) => value >= 0 && value <= most ? value
        : throw Refusal.Bad($"{field} is {value}; a number from 0 to {most} is needed.", field);

    private static string PlaceOf(string file) => Path.GetDirectoryName(file) is string folder && File.Exists(Path.Combine(folder, "config.json")) ? folder : file;

    private static string NameOf(string file) => PlaceOf(file) is string place && place != file ? Path.GetFileName(place) : Path.GetFileNameWithoutExtension(file);
}
