using Pareidolia.Adapters;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Adapters;

/// <summary>ControlNets from files of both layouts, in whole runs, and files that are none.</summary>
public sealed class ControlNetTests
{
    private const string Original = "control_model.";

    [Fact]
    public void It_speaks_only_in_its_steps()
    {
        using TemporaryFolder folder = new();
        Write(folder["control.safetensors"]);
        using StableDiffusionPipeline pipeline = Load(folder["control.safetensors"]);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a cat", Steps = 4, Seed = 5 };
        byte[] Draw(params ControlGuide[] guides) => pipeline.Generate(settings with { Controls = guides })[0].Pixels;
        Image edges = new(8, 8, 3, [.. Enumerable.Range(0, 192).Select(i => (byte)i)]);
        byte[] without = Draw(), with = Draw(new ControlGuide(edges));
        Assert.NotEqual(without, with);
        Assert.Equal(without, Draw(new ControlGuide(edges, Weight: 0)));
        Assert.Equal(without, Draw(new ControlGuide(edges, Start: 0.9)));
        Assert.NotEqual(with, Draw(new ControlGuide(edges, End: 0.5)));
        Assert.NotEqual(with, Draw(new ControlGuide(new Image(8, 8, 3))));
        Assert.Contains("from 1 to 0", Assert.Throws<PareidoliaException>(() => Draw(new ControlGuide(edges, 1, 1, 0))).Message, StringComparison.Ordinal);
        Assert.Contains("2 pictures", Assert.Throws<PareidoliaException>(() => Draw(new(edges), new(edges))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_original_layout_is_the_same_network()
    {
        using TemporaryFolder folder = new();
        Write(folder["diffusers.safetensors"]);
        WriteOriginal(folder["diffusers.safetensors"], folder["original.safetensors"]);
        UNet2DConditionConfig unet = Config();
        using Pretrained<ControlNetModel> one = ControlNetFile.Load(folder["diffusers.safetensors"], unet, null);
        using Pretrained<ControlNetModel> two = ControlNetFile.Load(folder["original.safetensors"], unet, null);
        Dictionary<string, float[]> values = two.Weights.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Tensor.ToArray());
        Assert.Equal(values.Count, one.Weights.Parameters.Count);
        Assert.All(one.Weights.Parameters, parameter => Assert.Equal(parameter.Tensor.ToArray(), values[parameter.Name]));
    }

    [Fact]
    public void A_ControlNet_of_another_family_is_refused()
    {
        using TemporaryFolder folder = new();
        Write(folder["control.safetensors"]);
        UNet2DConditionConfig wider = Config() with { CrossAttentionDim = [32, 32] };
        string message = Assert.Throws<PareidoliaException>(() => ControlNetFile.Load(folder["control.safetensors"], wider, null)).Message;
        Assert.Contains("does not fit this model", message, StringComparison.Ordinal);
        Assert.Contains("32]", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image_proj.proj.weight", "no ControlNet")]
    [InlineData("ip_adapter.1.to_k_ip.weight", "an IP-Adapter")]
    [InlineData("adapter.body.0.resnets.0.block1.weight", "a T2I-Adapter")]
    [InlineData("body.0.block1.weight", "a T2I-Adapter")]
    public void Other_adapters_are_refused_by_name(string tensor, string expected)
    {
        using TemporaryFolder folder = new();
        PromptEncoderTests.Save(folder["adapter.safetensors"], tensor, [1], [0]);
        string message = Assert.Throws<PareidoliaException>(() => ControlNetFile.Load(folder["adapter.safetensors"], Config(), null)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private static StableDiffusionPipeline Load(string control) =>
        StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Lively), adapters: new AdapterChoice { ControlNets = [control] });

    private static UNet2DConditionConfig Config() =>
        UNet2DConditionConfig.FromJson(JsonConfig.Load(Path.Combine(TinyModel.Lively, "unet", "config.json")));

    // New ones begin with zeros and say nothing.
    private static void Write(string path)
    {
        using WeightStore store = WeightStore.Initialise(11);
        _ = store.Build(root => new ControlNetModel(Config(), [4, 8, 8], root));
        System.Random random = new(3);
        foreach (Parameter parameter in store.Parameters.Where(parameter => parameter.Name.EndsWith("weight", StringComparison.Ordinal)))
            if (parameter.Tensor.ToArray().All(value => value == 0))
                parameter.Tensor.Load([.. Enumerable.Range(0, (int)parameter.Tensor.Count).Select(_ => (float)random.NextDouble() - 0.5f)]);
        store.Save(path);
    }

    private static void WriteOriginal(string diffusers, string original)
    {
        using StoredWeights file = StoredWeights.Open(diffusers);
        IReadOnlyList<int> layers = UNetKeys.LayersOfDiffusers(file.Has);
        Dictionary<string, string> names = UNetKeys.Map(layers, _ => false).ToOriginal(file.Names).ToDictionary(view => view.Value.Sources[0], view => view.Key);
        SafetensorsWriter.Write(original, file.Names.Select(name => new SafetensorsSource(
            Original + (names.GetValueOrDefault(name) ?? OriginalName(name)), file.Entry(name).Type, file.Entry(name).Shape, stream => stream.Write(file.Bytes(name)))));
    }

    // As the published files have them: https://github.com/lllyasviel/ControlNet
    private static string OriginalName(string name)
    {
        string[] parts = name.Split('.');
        return parts[0] switch
        {
            "controlnet_mid_block" => $"middle_block_out.0.{parts[^1]}",
            "controlnet_down_blocks" => $"zero_convs.{parts[1]}.0.{parts[^1]}",
            _ when parts[1] == "conv_in" => $"input_hint_block.0.{parts[^1]}",
            _ when parts[1] == "conv_out" => $"input_hint_block.10.{parts[^1]}",
            _ => $"input_hint_block.{2 * int.Parse(parts[2]) + 2}.{parts[^1]}",
        };
    }
}
