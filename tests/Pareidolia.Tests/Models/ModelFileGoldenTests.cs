using System.Text.Json;
using Pareidolia.Models;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>A golden model that is loaded and saved again is the same model: names, shapes, values, and every setting that we write.</summary>
public sealed class ModelFileGoldenTests
{
    private static readonly Dictionary<string, Action<string, string>> s_copies = new()
    {
        ["unet2d_condition"] = (from, to) => Copy(UNet2DConditionModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["unet2d"] = (from, to) => Copy(UNet2DModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["dit"] = (from, to) => Copy(DiTTransformer2DModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["pixart"] = (from, to) => Copy(PixArtTransformer2DModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["sd3_mmdit"] = (from, to) => Copy(SD3Transformer2DModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["flux_mmdit"] = (from, to) => Copy(FluxTransformer2DModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["vae_kl"] = (from, to) => Copy(AutoencoderKl.Load(from), (model, weights) => model.Save(to, weights)),
        ["vae_tiny"] = (from, to) => Copy(AutoencoderTiny.Load(from), (model, weights) => model.Save(to, weights)),
        ["vq"] = (from, to) => Copy(VqModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["clip_text"] = (from, to) => Copy(ClipTextModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["clip_vision"] = (from, to) => Copy(ClipVisionModel.Load(from), (model, weights) => model.Save(to, weights)),
        ["clip_full"] = (from, to) => Copy(ClipModel.Load(from), (model, weights) => model.Save(to, weights)),
    };

    public static TheoryData<string, string> Cases =>
        [.. s_copies.Keys.SelectMany(kind => GoldenCase.NamesOfKind(kind).Select(row => (row.Data, kind)))
            .Where(found => !UNet2DConditionGoldenTests.IsLater(GoldenCase.Load(found.Data)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_copy_is_the_same_model(string name, string kind)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using TemporaryFolder folder = new();
        s_copies[kind](golden.Folder, folder.Path);
        AssertSameTensors(Path.Combine(golden.Folder, "model.safetensors"), new ModelComponent(folder.Path).WeightsPath!);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(folder["config.json"]));
        AssertSameSettings(name, golden.Config, config.RootElement);
    }

    private static void Copy<T>(Pretrained<T> model, Action<T, WeightStore> save)
    {
        using (model)
            save(model.Model, model.Weights);
    }

    private static void AssertSameTensors(string expectedFile, string actualFile)
    {
        IReadOnlyDictionary<string, GoldenTensor> expected = GoldenTensor.ReadAll(expectedFile), actual = GoldenTensor.ReadAll(actualFile);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, GoldenTensor tensor) in expected)
        {
            Assert.Equal(tensor.Shape, actual[key].Shape);
            if (tensor.DType == "F32")
                Assert.Equal(tensor.Bytes, actual[key].Bytes);
        }
    }

    private static void AssertSameSettings(string name, JsonElement expected, JsonElement actual)
    {
        foreach (JsonProperty setting in actual.EnumerateObject())
        {
            Assert.True(expected.TryGetProperty(setting.Name, out JsonElement original), $"{name}: the config has no {setting.Name}.");
            if (setting.Value.ValueKind == JsonValueKind.Object)
                AssertSameSettings(name, original, setting.Value);
            else
                Assert.True(JsonElement.DeepEquals(original, setting.Value), $"{name}: {setting.Name} is {setting.Value}, not {original}.");
        }
    }
}
