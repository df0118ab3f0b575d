using System.Buffers.Binary;
using System.Text.Json;

namespace Pareidolia.Weights;

/// <summary>
/// The head of a safetensors file (https://huggingface.co/docs/safetensors): eight bytes with the length of a JSON object, the object,
/// then the tensors' bytes without holes or overlaps. A header that parses here is safe to read by: every entry lies inside the file
/// and has exactly the bytes of its shape and type.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the JSON object.</summary>
    public const int PrefixLength = 8;

    /// <summary>Longest JSON object, in bytes; the same limit as in the format's own library.</summary>
    public const int LengthLimit = 100_000_000;

    /// <summary>The key of the object that holds texts instead of a tensor.</summary>
    public const string MetadataKey = "__metadata__";

    private SafetensorsHeader(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries;
        Names = [.. entries.Select(entry => entry.Name)];
        ByName = entries.ToDictionary(entry => entry.Name);
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Their names in the same order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> ByName { get; }

    /// <summary>The texts of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Parses and checks a header.</summary>
    /// <param name="start">The file from its first byte; at least the whole header, where the file has one.</param>
    /// <param name="fileLength">The length of the whole file.</param>
    /// <param name="file">What errors call the file.</param>
    /// <exception cref="PareidoliaException">The file breaks a rule of the format.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> start, long fileLength, string file)
    {
        try
        {
            ReadOnlySpan<byte> json = Json(start, fileLength);
            Dictionary<string, string> metadata = [];
            long dataStart = PrefixLength + json.Length;
            List<SafetensorsEntry> entries = new SafetensorsHeaderReader(json, dataStart).Read(metadata);
            entries.Sort((left, right) => (left.Offset, left.Length, left.Name).CompareTo((right.Offset, right.Length, right.Name)));
            CheckTiling(entries, dataStart, fileLength);
            return new SafetensorsHeader(entries, metadata);
        }
        catch (Exception error) when (error is FormatException or JsonException or InvalidOperationException)
        {
            // InvalidOperationException is the JSON reader's word for text that is not UTF-8.
            throw new PareidoliaException($"'{file}' is not a usable safetensors file: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>A name from a file as a message may show it: on one line, and not endless.</summary>
    internal static string Shown(string name)
    {
        string line = string.Concat(name.Take(80).Select(letter => char.IsControl(letter) ? '?' : letter));
        return name.Length <= 80 ? $"\"{line}\"" : $"\"{line}...\"";
    }

    private static ReadOnlySpan<byte> Json(ReadOnlySpan<byte> start, long fileLength)
    {
        if (start.Length < PrefixLength)
            throw new FormatException($"it has {fileLength} bytes, and the length of the header alone takes {PrefixLength}.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > LengthLimit)
            throw new FormatException($"its header claims {length} bytes; at most {LengthLimit} are read.");
        if ((long)length > fileLength - PrefixLength)
            throw new FormatException($"its header claims {length} bytes, "
                + $"and the file ends {fileLength - PrefixLength} bytes after that claim.");
        ReadOnlySpan<byte> json = start.Slice(PrefixLength, (int)length);
        return json is [(byte)'{', ..] ? json : throw new FormatException("its header does not begin with '{'.");
    }

    /// <summary>Entries in the order of their bytes must follow each other exactly, from the header's end to the file's end.</summary>
    private static void CheckTiling(List<SafetensorsEntry> entries, long dataStart, long fileLength)
    {
        long end = dataStart;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Offset != end)
            {
                string how = entry.Offset < end ? "overlaps the tensor before it" : "leaves a hole before it";
                throw new FormatException($"tensor {Shown(entry.Name)} begins at byte {entry.Offset - dataStart} of the data and {how}, "
                    + $"which ends at {end - dataStart}.");
            }
            end = entry.Offset + entry.Length;
        }
        if (end != fileLength)
            throw new FormatException($"its tensors need {end - dataStart} bytes, and {fileLength - dataStart} follow the header.");
    }
}
