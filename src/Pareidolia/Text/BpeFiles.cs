using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pareidolia.Files;

namespace Pareidolia.Text;

/// <summary>The files of a byte-level vocabulary: <c>vocab.json</c> (symbol to id) and <c>merges.txt</c>.</summary>
internal static class BpeFiles
{
    /// <summary>Writes both into a folder, each atomically.</summary>
    public static void Write(string folder, IReadOnlyDictionary<string, int> ids, IReadOnlyList<BytePair> merges)
    {
        WriteJson(Path.Combine(folder, "vocab.json"), indented: false, json =>
        {
            foreach (KeyValuePair<string, int> entry in ids.OrderBy(entry => entry.Value))
                json.WriteNumber(entry.Key, entry.Value);
        });
        AtomicFile.Write(Path.Combine(folder, "merges.txt"), stream => stream.Write(Encoding.UTF8.GetBytes(
            "#version: 0.2\n" + string.Concat(merges.Select(pair => $"{pair.Left} {pair.Right}\n")))));
    }

    /// <summary>The ids of a <c>vocab.json</c>.</summary>
    public static Dictionary<string, int> ReadIds(string path)
    {
        Dictionary<string, int> ids = [];
        HashSet<int> taken = [];
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (JsonProperty entry in document.RootElement.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0)
                throw new PareidoliaException($"'{path}' gives '{entry.Name}' the id {entry.Value.GetRawText()}; an id is a whole number from 0.");
            if (!taken.Add(id))
                throw new PareidoliaException($"'{path}' gives the id {id} to more than one symbol, one of them '{entry.Name}'.");
            ids[entry.Name] = id;
        }
        return ids;
    }

    /// <summary>The merges of a list: the first line is a version; a line is two symbols with one space between them.</summary>
    public static List<BytePair> ReadMerges(TextReader reader, string path, int limit)
    {
        List<BytePair> merges = [];
        _ = reader.ReadLine();
        while (merges.Count < limit && reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0)
                throw new PareidoliaException($"Line {merges.Count + 2} of '{path}' is not a merge of two symbols: '{Short(line)}'.");
            merges.Add(new BytePair(line[..space], line[(space + 1)..]));
        }
        return merges;
    }

    private static string Short(string line) => line.Length <= 40 ? line : line[..40] + "...";

    /// <summary>Writes one JSON object atomically.</summary>
    public static void WriteJson(string path, bool indented, Action<Utf8JsonWriter> write) => AtomicFile.Write(path, stream =>
    {
        JsonWriterOptions options = new() { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using Utf8JsonWriter json = new(stream, options);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
    });
}
