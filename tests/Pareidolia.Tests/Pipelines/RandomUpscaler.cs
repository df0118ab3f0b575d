using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Pareidolia.Tests.Weights.Pickle;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Files of upscalers with random weights, in every layout that people have.</summary>
internal sealed partial class RandomUpscaler
{
    private readonly List<(string Name, long[] Shape, float[] Values)> _tensors = [];
    private readonly System.Random _random = new(5);

    /// <summary>The weights under BasicSR's names.</summary>
    public IReadOnlyDictionary<string, float[]> Weights => _tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values);

    public static RandomUpscaler Rrdb(int features, int growth, int blocks, int doublings, int fold)
    {
        RandomUpscaler made = new();
        made.Conv("conv_first", 3 * fold * fold, features);
        for (int i = 0; i < blocks; i++)
            for (int dense = 1; dense <= 3; dense++)
                for (int conv = 1; conv <= 5; conv++)
                    made.Conv($"body.{i}.rdb{dense}.conv{conv}", features + (conv - 1) * growth, conv < 5 ? growth : features);
        made.Conv("conv_body", features, features);
        for (int i = 1; i <= doublings; i++)
            made.Conv($"conv_up{i}", features, features);
        made.Conv("conv_hr", features, features);
        made.Conv("conv_last", features, 3);
        return made;
    }

    public static RandomUpscaler Compact(int features, int layers, int scale)
    {
        RandomUpscaler made = new();
        for (int i = 0; i <= layers; i++)
        {
            made.Conv($"body.{2 * i}", i == 0 ? 3 : features, features);
            made.Add($"body.{2 * i + 1}.weight", [features], 0.25);
        }
        made.Conv($"body.{2 * layers + 2}", features, 3 * scale * scale);
        return made;
    }

    /// <summary>Writes a safetensors file; null leaves a tensor's name.</summary>
    public string Save(string path, Func<string, string>? rename = null)
    {
        SafetensorsWriter.Write(path, _tensors.Select(tensor => new SafetensorsSource(
            rename?.Invoke(tensor.Name) ?? tensor.Name, SafetensorsType.F32, tensor.Shape, stream => stream.Write(MemoryMarshal.AsBytes(tensor.Values.AsSpan())))));
        return path;
    }

    /// <summary>Writes what torch.save writes of {"params_ema": weights}: all tensors are views of one storage.</summary>
    public string SavePth(string path)
    {
        long all = _tensors.Sum(tensor => tensor.Values.LongLength), offset = 0;
        PickleWriter pickle = PickleWriter.Start.Op('}').Text("params_ema").Op('}');
        foreach ((string name, long[] shape, float[] values) in _tensors)
        {
            long[] strides = [.. shape.Select((_, axis) => shape[(axis + 1)..].Aggregate(1L, (product, extent) => product * extent))];
            pickle.Text(name).Tensor(offset, shape, strides, all).Op('s');
            offset += values.LongLength;
        }
        using ZipArchive zip = new(File.Create(path), ZipArchiveMode.Create);
        Write(zip, "archive/data.pkl", pickle.Op('s').Stop());
        Write(zip, "archive/data/0", MemoryMarshal.AsBytes(_tensors.SelectMany(tensor => tensor.Values).ToArray().AsSpan()));
        Write(zip, "archive/version", "3\n"u8);
        return path;
    }

    /// <summary>ESRGAN's second code.</summary>
    public static string TrunkName(string name) => Dense().Replace(name, "RRDB_trunk.$1.RDB$2.conv$3")
        .Replace("conv_body", "trunk_conv", StringComparison.Ordinal).Replace("conv_up", "upconv", StringComparison.Ordinal)
        .Replace("conv_hr", "HRconv", StringComparison.Ordinal);

    /// <summary>ESRGAN's first code: its names depend on the numbers of blocks and doublings.</summary>
    public static Func<string, string> NumberedName(int blocks, int doublings) => name =>
    {
        Match dense = Dense().Match(name);
        if (dense.Success)
            return Dense().Replace(name, "model.1.sub.$1.RDB$2.conv$3.0");
        string module = name[..name.LastIndexOf('.')], number = module switch
        {
            "conv_first" => "0",
            "conv_body" => $"1.sub.{blocks}",
            "conv_hr" => $"{3 * doublings + 2}",
            "conv_last" => $"{3 * doublings + 4}",
            _ => $"{3 * (module[^1] - '0')}",
        };
        return $"model.{number}{name[module.Length..]}";
    };

    private void Conv(string name, int inputs, int outputs)
    {
        Add($"{name}.weight", [outputs, inputs, 3, 3], 1 / Math.Sqrt(3 * inputs));
        Add($"{name}.bias", [outputs], 0.1);
    }

    private void Add(string name, long[] shape, double deviation)
    {
        float[] values = new float[shape.Aggregate(1L, (product, extent) => product * extent)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)((_random.NextDouble() - 0.5) * 2 * deviation);
        _tensors.Add((name, shape, values));
    }

    private static void Write(ZipArchive zip, string name, ReadOnlySpan<byte> content)
    {
        using Stream stream = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(content);
    }

    [GeneratedRegex(@"^body\.(\d+)\.rdb(\d)\.conv(\d)")]
    private static partial Regex Dense();
}
