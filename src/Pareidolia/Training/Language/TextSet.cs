using System.IO.Compression;
using System.Text;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training.Language;

/// <summary>Paragraphs of text from the files that a recipe names: <c>.txt</c> or <c>.txt.gz</c>, one a line, or the captions of <c>.tar</c> shards.</summary>
public static class TextSet
{
    /// <summary>Reads the files that a recipe's data section names under <paramref name="key"/>.</summary>
    /// <exception cref="PareidoliaException">There are none, one is damaged, or they hold no text.</exception>
    public static IReadOnlyList<string> Load(DataRoot root, JsonConfig data, string key)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(data);
        string[] files = [.. data.Texts(key).SelectMany(root.Files)];
        string[] paragraphs = [.. files.SelectMany(Read)];
        return paragraphs.Length > 0 ? paragraphs : throw new PareidoliaException($"The data section's \"{key}\" ({string.Join(", ", files)}) has no text.");
    }

    /// <summary>Reads one file; paragraphs of white space alone are left out.</summary>
    /// <exception cref="PareidoliaException">It is missing or damaged.</exception>
    public static IReadOnlyList<string> Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        string[] all = file.EndsWith(".tar", StringComparison.Ordinal) ? Captions(file) : Lines(file);
        return Array.FindAll(all, paragraph => !string.IsNullOrWhiteSpace(paragraph));
    }

    private static string[] Lines(string file)
    {
        try
        {
            using Stream stream = File.OpenRead(file);
            using Stream text = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
            using StreamReader reader = new(text, Encoding.UTF8);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PareidoliaException($"Cannot read the text '{file}': {error.Message}", error);
        }
    }

    private static string[] Captions(string shard)
    {
        WebDataset<CaptionRecord> set = new([shard], sample => CaptionRecord.Read(sample), new WebDatasetOptions { ShuffleBuffer = 0 });
        return [.. set.Epoch(0).SelectMany(record => record.Captions)];
    }
}
