using System.Collections.Concurrent;
using System.Text.Json;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Golden;

/// <summary>
/// One folder of golden numbers: case.json, config.json, and the named tensors that went in and came out (README.md there).
/// </summary>
internal sealed class GoldenCase
{
    private static readonly ConcurrentDictionary<string, bool> s_kindsAskedFor = new();

    private GoldenCase(string folder)
    {
        Folder = folder;
        Description = ReadJson("case.json");
        Inputs = GoldenTensor.ReadAll(Path.Combine(folder, "inputs.safetensors"));
        Outputs = GoldenTensor.ReadAll(Path.Combine(folder, "outputs.safetensors"));
    }

    public string Folder { get; }

    public string Name => Path.GetFileName(Folder);

    /// <summary>case.json.</summary>
    public JsonElement Description { get; }

    /// <summary>config.json. Not for schedulers: theirs hold Infinity, which is no JSON.</summary>
    public JsonElement Config => ReadJson("config.json");

    public IReadOnlyDictionary<string, GoldenTensor> Inputs { get; }

    public IReadOnlyDictionary<string, GoldenTensor> Outputs { get; }

    /// <summary>The kinds that tests have asked for so far.</summary>
    public static ICollection<string> KindsAskedFor => s_kindsAskedFor.Keys;

    /// <summary>The names of all cases of a kind, for a [Theory].</summary>
    public static TheoryData<string> NamesOfKind(string kind)
    {
        s_kindsAskedFor[kind] = true;
        return [.. All().Where(found => found.Kind == kind).Select(found => found.Name)];
    }

    /// <summary>All cases of a kind on both devices, for a [Theory] of name and device.</summary>
    public static TheoryData<string, string> OnDevices(string kind)
    {
        TheoryData<string, string> rows = [];
        foreach (string name in NamesOfKind(kind).Select(row => row.Data))
        {
            rows.Add(name, Backend.Reference.Name);
            rows.Add(name, Backend.Cpu.Name);
        }
        return rows;
    }

    /// <summary>Every case folder and its kind.</summary>
    public static IEnumerable<(string Name, string Kind)> All() =>
        from folder in Directory.GetDirectories(RepositoryRoot.Golden).Order(StringComparer.Ordinal)
        where File.Exists(Path.Combine(folder, "case.json"))
        select (Path.GetFileName(folder), KindOf(folder));

    /// <summary>The device of a row of <see cref="OnDevices"/>.</summary>
    public static Backend Device(string name) => name == Backend.Cpu.Name ? Backend.Cpu : Backend.Reference;

    public static GoldenCase Load(string name) => new(Path.Combine(RepositoryRoot.Golden, name));

    /// <summary>An input as a tensor.</summary>
    public Tensor Input(string input, Backend device, Layout? layout = null) => (layout ?? Layout.Plain).Load(Inputs[input], device);

    /// <summary>Fails unless a tensor, brought back from its layout, meets both of its bounds.</summary>
    public void Check(string output, Tensor actual, Layout? layout = null)
    {
        int[] shape = Outputs[output].Shape;
        Assert.True(
            Outputs[output].Length == actual.Count, $"{Name}: {output} is {actual.Shape} where [{string.Join(", ", shape)}] is expected.");
        Check(output, (layout ?? Layout.Plain).Unload(actual.ToArray(), shape));
    }

    /// <summary>
    /// Fails unless a tensor meets both of its bounds: the largest error, and the error's length over the expected length.
    /// </summary>
    public void Check(string output, ReadOnlySpan<float> actual)
    {
        float[] expected = Outputs[output].ToSingle();
        Assert.True(expected.Length == actual.Length, $"{Name}: {output} has {actual.Length} values where {expected.Length} are expected.");
        (double largest, double relative) = Difference(expected, actual);
        (double maxAbs, double relL2) = Bounds(output);
        Assert.True(largest <= maxAbs, $"{Name}: {output} is off by {largest:g3} where {maxAbs:g3} is allowed (relative {relative:g3}).");
        Assert.True(
            relative <= relL2, $"{Name}: {output} has relative error {relative:g3} where {relL2:g3} is allowed (largest {largest:g3}).");
    }

    /// <summary>The length of the difference over the length of what is expected.</summary>
    public double RelativeError(string output, ReadOnlySpan<float> actual) => Difference(Outputs[output].ToSingle(), actual).Relative;

    // Math.Max keeps a NaN, and a comparison with it fails.
    private static (double Largest, double Relative) Difference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double largest = 0, error = 0, length = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = expected[i] == actual[i] ? 0 : Math.Abs((double)expected[i] - actual[i]);
            largest = Math.Max(largest, difference);
            error += difference * difference;
            length += (double)expected[i] * expected[i];
        }
        return (largest, error == 0 ? 0 : Math.Sqrt(error / length));
    }

    private static string KindOf(string folder)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        return document.RootElement.GetProperty("kind").GetString()!;
    }

    private (double MaxAbs, double RelL2) Bounds(string output)
    {
        JsonElement tolerance = Description.GetProperty("tolerance");
        double maxAbs = tolerance.GetProperty("max_abs").GetDouble(), relL2 = tolerance.GetProperty("rel_l2").GetDouble();
        if (tolerance.TryGetProperty("per_tensor_max_abs", out JsonElement each) && each.TryGetProperty(output, out JsonElement own))
            maxAbs = own.GetDouble();
        if (tolerance.TryGetProperty("per_tensor_rel_l2_default", out JsonElement standard))
            relL2 = standard.GetDouble();
        if (tolerance.TryGetProperty("per_tensor_rel_l2", out each) && each.TryGetProperty(output, out own))
            relL2 = own.GetDouble();
        return (maxAbs, relL2);
    }

    private JsonElement ReadJson(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return document.RootElement.Clone();
    }
}
