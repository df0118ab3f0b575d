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
        TinyControlNet.Write(folder["control.safetensors"]);
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
    public void What_it_looks_at_may_be_cut_to_shape_and_the_infotext_says_so()
    {
        using TemporaryFolder folder = new();
        TinyControlNet.Write(folder["edges.safetensors"]);
        using StableDiffusionPipeline pipeline = Load(folder["edges.safetensors"]);
        Image wide = new(64, 32, 3, [.. Enumerable.Range(0, 64 * 32 * 3).Select(i => (byte)(i / 7))]), middle = new(32, 32, 3);
        for (int y = 0; y < 32; y++)
            for (int x = 0; x < 32; x++)
                wide.Pixel(x + 16, y).CopyTo(middle.Pixel(x, y));
        Image Draw(ControlGuide guide) => pipeline.Generate(pipeline.Defaults with { Prompt = "a cat", Steps = 2, Seed = 5, Controls = [guide] })[0];
        Image cut = Draw(new ControlGuide(wide, 0.75, 0, 1) { Fit = FitMode.Crop });
        Assert.Equal(Draw(new ControlGuide(middle, 0.75)).Pixels, cut.Pixels);
        Assert.NotEqual(Draw(new ControlGuide(wide, 0.75)).Pixels, cut.Pixels);
        Assert.Equal("Module: none, Model: edges, Weight: 0.75, Resize Mode: Crop and Resize, Guidance Start: 0, Guidance End: 1, Pixel Perfect: False, Control Mode: Balanced",
            Infotext.Parse(cut.Texts[Infotext.Key]).Fields["ControlNet 0"]);
    }

    [Fact]
    public void Whether_it_fits_is_known_before_it_is_loaded()
    {
        using TemporaryFolder folder = new();
        TinyControlNet.Write(folder["fits.safetensors"]);
        TinyControlNet.Write(folder["wider.safetensors"], TinyControlNet.Config() with { CrossAttentionDim = [32, 32] });
        WriteOriginal(folder["fits.safetensors"], folder["original.safetensors"]);
        PromptEncoderTests.Save(folder["adapter.safetensors"], "body.0.block1.weight", [1], [0]);
        Require("fits");
        Require("original");
        Assert.Contains("does not fit this model", Assert.Throws<PareidoliaException>(() => Require("wider")).Message, StringComparison.Ordinal);
        Assert.Contains("a T2I-Adapter", Assert.Throws<PareidoliaException>(() => Require("adapter")).Message, StringComparison.Ordinal);

        void Require(string name) => new AdapterChoice { ControlNets = [folder[$"{name}.safetensors"]] }.RequireControlNets(ModelSource.Open(TinyModel.Lively));
    }

    [Fact]
    public void A_forecast_counts_what_draws_beside_the_model()
    {
        using TemporaryFolder folder = new();
        TinyControlNet.Write(folder["control.safetensors"]);
        ModelSource model = ModelSource.Open(TinyModel.Lively);
        GenerateSettings settings = ModelSettings.Of(model).Defaults with { Prompt = "a cat" };
        RunForecast alone = RunForecast.Of(model, settings, 1)!;
        RunForecast looked = RunForecast.Of(model, settings, 1, new RunCompany { ControlNets = [folder["control.safetensors"]] })!;
        RunForecast refined = RunForecast.Of(model, settings, 1, new RunCompany(ModelSource.Open(TinyModel.Folder), 0.5))!;
        using Pretrained<ControlNetModel> loaded = ControlNetFile.Load(folder["control.safetensors"], TinyControlNet.Config(), null);
        Assert.Equal(loaded.Weights.Parameters.Sum(parameter => parameter.Tensor.Bytes), looked.Memory.WeightBytes - alone.Memory.WeightBytes);
        Assert.Equal(2 * alone.Memory.WeightBytes, refined.Memory.WeightBytes);
        Assert.True(looked.Memory.Denoising.Asked.Products > alone.Memory.Denoising.Asked.Products);
        Assert.Equal(alone.Memory.Denoising.Asked, refined.Memory.Denoising.Asked);
    }

    [Fact]
    public void The_original_layout_is_the_same_network()
    {
        using TemporaryFolder folder = new();
        TinyControlNet.Write(folder["diffusers.safetensors"]);
        WriteOriginal(folder["diffusers.safetensors"], folder["original.safetensors"]);
        UNet2DConditionConfig unet = TinyControlNet.Config();
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
        TinyControlNet.Write(folder["control.safetensors"]);
        UNet2DConditionConfig wider = TinyControlNet.Config() with { CrossAttentionDim = [32, 32] };
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
        string message = Assert.Throws<PareidoliaException>(() => ControlNetFile.Load(folder["adapter.safetensors"], TinyControlNet.Config(), null)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private static StableDiffusionPipeline Load(string control) =>
        StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Lively), adapters: new AdapterChoice { ControlNets = [control] });

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
