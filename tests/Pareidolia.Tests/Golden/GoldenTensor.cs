using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pareidolia.Tests.Golden;

/// <summary>
/// A tensor of a golden file, read by the plainest reading of the safetensors format there is: independent of the reader under test.
/// </summary>
internal sealed record GoldenTensor(string DType, int[] Shape, byte[] Bytes)
{
    public int Length => Shape.Aggregate(1, (product, size) => product * size);

    public static IReadOnlyDictionary<string, GoldenTensor> ReadAll(string file)
    {
        Dictionary<string, GoldenTensor> tensors = [];
        if (!File.Exists(file))
            return tensors;
        byte[] all = File.ReadAllBytes(file);
        int data = 8 + (int)BitConverter.ToInt64(all);
        using JsonDocument header = JsonDocument.Parse(all.AsMemory(8, data - 8));
        foreach (JsonProperty entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            int[] range = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt32())];
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
            string type = entry.Value.GetProperty("dtype").GetString()!;
            tensors.Add(entry.Name, new GoldenTensor(type, shape, all[(data + range[0])..(data + range[1])]));
        }
        return tensors;
    }

    /// <summary>The values as float, whatever number type they are stored in.</summary>
    public float[] ToSingle() => DType switch
    {
        "F32" => MemoryMarshal.Cast<byte, float>(Bytes).ToArray(),
        "F64" => [.. ToDouble().Select(value => (float)value)],
        "I64" => [.. ToInt64().Select(value => (float)value)],
        _ => throw new NotSupportedException($"a golden tensor of type {DType} is not read as float here."),
    };

    public double[] ToDouble() => MemoryMarshal.Cast<byte, double>(Bytes).ToArray();

    public long[] ToInt64() => MemoryMarshal.Cast<byte, long>(Bytes).ToArray();
}
