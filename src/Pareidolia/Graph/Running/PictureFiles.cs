using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pareidolia.Imaging;

namespace Pareidolia.Graph.Running;

/// <summary>Writes pictures under ComfyUI's names: <c>prefix_00001_.png</c>, counted on from what is there.</summary>
/// <param name="run">The node's run.</param>
internal sealed partial class PictureFiles(NodeRun run)
{
    /// <summary>Writes PNGs with the graph inside.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="prefix">What their names begin with, with / between folders; <c>%date%</c> and the like are filled in.</param>
    /// <param name="type"><c>output</c> or <c>temp</c>.</param>
    /// <exception cref="PareidoliaException">The prefix leads out of the folder.</exception>
    public IReadOnlyList<GraphPicture> Write(IReadOnlyList<Image> images, string prefix, string type)
    {
        string root = run.Folders.OfType(type)!;
        string filled = Filled(prefix, images[0]).Replace('\\', '/');
        string path = GraphFolders.Inside(root, filled.Length == 0 || filled.EndsWith('/') ? filled + "ComfyUI" : filled)
            ?? throw new PareidoliaException($"The prefix \"{prefix}\" leads out of the {type} folder; a name, with folders before it if wanted, is needed.");
        (string folder, string stem) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
        Directory.CreateDirectory(folder);
        string subfolder = Path.GetRelativePath(root, folder) is string relative and not "." ? relative.Replace('\\', '/') : "";
        int next = Next(folder, stem);
        List<GraphPicture> saved = [];
        foreach (Image image in images)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{next++:00000}_.png");
            Describe(image);
            PngWriter.Write(Path.Combine(folder, name), image);
            saved.Add(new GraphPicture(name, subfolder, type));
        }
        return saved;
    }

    private void Describe(Image image)
    {
        if (run.Prompt is not null)
            image.Texts["prompt"] = run.Prompt.ToJsonString();
        if (run.ExtraInfo is not null)
            foreach ((string key, JsonNode? value) in run.ExtraInfo)
                image.Texts[key] = value?.ToJsonString() ?? "null";
    }

    private static int Next(string folder, string stem)
    {
        int most = 0;
        foreach (string file in Directory.EnumerateFiles(folder))
            if (Path.GetFileName(file) is string name && name.Length > stem.Length + 1 && name.StartsWith(stem + "_", StringComparison.Ordinal)
                && int.TryParse(name[(stem.Length + 1)..].Split('_', '.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                most = Math.Max(most, number);
        return most + 1;
    }

    private static string Filled(string prefix, Image image) => Placeholder().Replace(prefix, match => match.Groups["name"].Value switch
    {
        "width" => image.Width.ToString(CultureInfo.InvariantCulture),
        "height" => image.Height.ToString(CultureInfo.InvariantCulture),
        "year" => Now("yyyy"),
        "month" => Now("MM"),
        "day" => Now("dd"),
        "hour" => Now("HH"),
        "minute" => Now("mm"),
        "second" => Now("ss"),
        _ => match.Value,
    });

    private static string Now(string format) => DateTime.Now.ToString(format, CultureInfo.InvariantCulture);

    [GeneratedRegex("%(?<name>[a-z]+)%")]
    private static partial Regex Placeholder();
}
