using System.Globalization;
using System.Text.Json;
using Pareidolia.Files;

namespace Pareidolia.Weights;

/// <summary>Writes a network's tensors as one safetensors file or, where they pass a size, as several with the index that Hugging Face's libraries read.</summary>
internal static class ShardedWriter
{
    private const string Extension = ".safetensors";

    /// <summary>Writes them.</summary>
    /// <param name="folder">Where; it must exist.</param>
    /// <param name="stem">The files' name without extension: <c>diffusion_pytorch_model</c>.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="largest">Most bytes of tensors in a file; a tensor that is larger stands alone. Null for one file.</param>
    public static void Write(string folder, string stem, IReadOnlyList<SafetensorsSource> tensors, long? largest)
    {
        List<List<SafetensorsSource>> shards = Shards(tensors, largest);
        string index = $"{stem}{Extension}.index.json";
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(Path.Combine(folder, stem + Extension), shards[0]);
            RemoveOthers(folder, stem, [stem + Extension]);
            return;
        }
        string[] names = [.. shards.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"{stem}-{i + 1:00000}-of-{shards.Count:00000}{Extension}"))];
        for (int i = 0; i < shards.Count; i++)
            SafetensorsWriter.Write(Path.Combine(folder, names[i]), shards[i]);
        AtomicFile.Write(Path.Combine(folder, index), stream => WriteIndex(stream, shards, names));
        RemoveOthers(folder, stem, [index, .. names]);
    }

    // Where a model was written over: weights of before in other files would be read in place of the new ones.
    private static void RemoveOthers(string folder, string stem, string[] written)
    {
        foreach (string file in Directory.GetFiles(folder, $"{stem}*{Extension}*").Where(file => !written.Contains(Path.GetFileName(file))))
            File.Delete(file);
    }

    /// <summary>Bytes of a tensor.</summary>
    public static long Length(SafetensorsSource tensor) => tensor.Shape.Aggregate((long)tensor.Type.Size(), (product, extent) => product * extent);

    private static List<List<SafetensorsSource>> Shards(IReadOnlyList<SafetensorsSource> tensors, long? largest)
    {
        List<List<SafetensorsSource>> shards = [[]];
        long bytes = 0;
        foreach (SafetensorsSource tensor in tensors)
        {
            long length = Length(tensor);
            if (shards[^1].Count > 0 && bytes + length > largest)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(tensor);
            bytes += length;
        }
        return shards;
    }

    private static void WriteIndex(Stream stream, List<List<SafetensorsSource>> shards, string[] names)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", shards.SelectMany(shard => shard).Sum(Length));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        for (int i = 0; i < shards.Count; i++)
            foreach (SafetensorsSource tensor in shards[i])
                json.WriteString(tensor.Name, names[i]);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
