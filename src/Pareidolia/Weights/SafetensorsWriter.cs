using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pareidolia.Files;

namespace Pareidolia.Weights;

/// <summary>A tensor to write.</summary>
/// <param name="Name">Its name; unique in the file.</param>
/// <param name="Type">How its elements are written.</param>
/// <param name="Shape">Its axes, outermost first; empty for a scalar.</param>
/// <param name="Source">Writes its bytes, little-endian: exactly the product of the shape times the element size.</param>
public sealed record SafetensorsSource(string Name, SafetensorsType Type, long[] Shape, Action<Stream> Source);

/// <summary>
/// Writes safetensors files as the format's own library does: wide types first, then by name, the header padded with blanks to eight
/// bytes so that every tensor is aligned. The same tensors give the same bytes, in whatever order they come.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Readers of the Python world refuse weights that do not say which tensor layout they have.</summary>
    private static readonly Dictionary<string, string> DefaultMetadata = new() { ["format"] = "pt" };

    /// <summary>Writes a file, atomically.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">What to write; their sources are called one after another.</param>
    /// <param name="metadata">Texts to keep with them; <c>format: pt</c> where nothing is given.</param>
    /// <param name="alignment">The first tensor begins at a multiple of so many bytes.</param>
    /// <exception cref="PareidoliaException">A name comes twice, a shape is impossible, a source writes another number of bytes, the
    /// header would be too long to be read again, or the file system refuses.</exception>
    public static void Write(string path, IEnumerable<SafetensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata = null, int alignment = 8)
    {
        List<SafetensorsSource> ordered =
            [.. tensors.OrderByDescending(tensor => tensor.Type).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        CheckNames(path, ordered);
        byte[] header = Header(path, ordered, metadata ?? DefaultMetadata, alignment);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (SafetensorsSource tensor in ordered)
                WriteBody(path, tensor, stream);
        });
    }

    private static void CheckNames(string path, List<SafetensorsSource> tensors)
    {
        HashSet<string> names = [SafetensorsHeader.MetadataKey];
        foreach (SafetensorsSource tensor in tensors)
            if (!names.Add(tensor.Name))
                throw new PareidoliaException($"'{path}' cannot hold two tensors named {SafetensorsHeader.Shown(tensor.Name)}.");
    }

    private static byte[] Header(string path, List<SafetensorsSource> tensors, IReadOnlyDictionary<string, string> metadata, int alignment)
    {
        using MemoryStream header = new();
        header.Write(stackalloc byte[SafetensorsHeader.PrefixLength]);
        using (Utf8JsonWriter json = new(header, Plain))
            WriteJson(path, json, tensors, metadata);
        while (header.Length % alignment != 0)
            header.WriteByte((byte)' ');
        long length = header.Length - SafetensorsHeader.PrefixLength;
        if (length > SafetensorsHeader.LengthLimit)
            throw new PareidoliaException($"'{path}' would need a header of {length} bytes; "
                + $"at most {SafetensorsHeader.LengthLimit} are read.");
        byte[] bytes = header.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        return bytes;
    }

    private static void WriteJson(
        string path, Utf8JsonWriter json, List<SafetensorsSource> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject();
        if (metadata.Count > 0)
            WriteMetadata(json, metadata);
        long offset = 0;
        foreach (SafetensorsSource tensor in tensors)
            offset = WriteEntry(json, tensor, offset, ByteLength(path, tensor));
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string value) in metadata.OrderBy(text => text.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter json, SafetensorsSource tensor, long begin, long length)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.FormatName());
        WriteNumbers(json, "shape", tensor.Shape);
        WriteNumbers(json, "data_offsets", [begin, begin + length]);
        json.WriteEndObject();
        return begin + length;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(key);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static long ByteLength(string path, SafetensorsSource tensor)
    {
        bool negative = tensor.Shape.Any(axis => axis < 0);
        return (negative ? null : SafetensorsHeaderReader.ByteLength(tensor.Shape, tensor.Type)) ?? throw new PareidoliaException(
            $"'{path}': tensor {SafetensorsHeader.Shown(tensor.Name)} has the impossible shape [{string.Join(", ", tensor.Shape)}].");
    }

    private static void WriteBody(string path, SafetensorsSource tensor, Stream stream)
    {
        long begin = stream.Position, needed = ByteLength(path, tensor);
        tensor.Source(stream);
        if (stream.Position - begin != needed)
            throw new PareidoliaException($"'{path}': tensor {SafetensorsHeader.Shown(tensor.Name)} of shape "
                + $"[{string.Join(", ", tensor.Shape)}] needs {needed} bytes, and its source wrote {stream.Position - begin}.");
    }
}
