using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Components_are_the_pairs_of_the_index_without_those_left_out()
    {
        Write("model_index.json", """
            {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"], "safety_checker": [null, null],
             "requires_safety_checker": false, "scheduler": ["diffusers", "DDIMScheduler"], "none": null}
            """);
        Write("unet/config.json", """{"in_channels": 4}""");
        Write("scheduler/scheduler_config.json", """{"beta_start": 0.00085}""");
        ModelFolder model = new(_folder.Path);
        Assert.Equal("StableDiffusionPipeline", model.ClassName);
        Assert.Equal(["unet", "scheduler"], model.Names);
        Assert.Equal("UNet2DConditionModel", model.Component("unet").ClassName);
        Assert.Equal(4, model.Component("unet").Config.Int("in_channels"));
        Assert.Equal(0.00085, model.Component("scheduler").Config.Double("beta_start"));
        Assert.False(model.Has("safety_checker"));
        Assert.Contains("it has unet, scheduler", Message(() => model.Component("vae")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_called_as_its_folder_its_file_or_as_on_its_hub()
    {
        Write("index/model_index.json", "{}");
        Write("models--someone--a-model/snapshots/0123/model_index.json", "{}");
        Assert.Equal("index", new ModelFolder(_folder["index"] + Path.DirectorySeparatorChar).Name);
        Assert.Equal("a-model", new ModelFolder(_folder["models--someone--a-model/snapshots/0123"]).Name);
    }

    [Fact]
    public void A_safety_checker_may_be_missing()
    {
        Write("model_index.json", """{"unet": ["diffusers", "UNet2DConditionModel"], "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"]}""");
        Assert.Equal(["unet"], new ModelFolder(_folder.Path).Names);
        Write("safety_checker/config.json", "{}");
        Assert.Equal(["unet", "safety_checker"], new ModelFolder(_folder.Path).Names);
    }

    [Fact]
    public void Full_precision_weights_come_first()
    {
        ModelComponent unet = new(_folder.Path);
        Assert.Null(unet.WeightsPath);
        Assert.Contains("has no weights", Message(unet.OpenWeights), StringComparison.Ordinal);
        foreach (string name in (string[])["model.fp16.safetensors", "model.safetensors.index.json", "model.safetensors"])
        {
            Write(name, "");
            Assert.Equal(_folder[name], unet.WeightsPath);
        }
    }

    [Fact]
    public void A_folder_with_one_network_says_its_class_itself()
    {
        Write("config.json", """{"architectures": ["CLIPTextModel"]}""");
        Assert.Equal("CLIPTextModel", new ModelComponent(_folder.Path).ClassName);
        Assert.Equal(_folder["config.json"], new ModelComponent(_folder.Path).Needed("config.json"));
        Assert.Equal($"'{_folder.Path}' has no vocab.json, which is needed.", Message(() => new ModelComponent(_folder.Path).Needed("vocab.json")));
    }

    [Fact]
    public void What_is_missing_or_leads_elsewhere_is_named()
    {
        Assert.Contains("does not exist", Message(() => new ModelFolder(_folder["none"])), StringComparison.Ordinal);
        Assert.Contains("has no model_index.json", Message(() => new ModelFolder(_folder.Path)), StringComparison.Ordinal);
        Write("model_index.json", """{"unet": ["diffusers", "UNet2DConditionModel"]}""");
        Assert.Contains("does not exist", Message(() => new ModelFolder(_folder.Path).Component("unet")), StringComparison.Ordinal);
        Write("model_index.json", """{"../unet": ["diffusers", "UNet2DConditionModel"]}""");
        Assert.Contains("folder beside it is needed", Message(() => new ModelFolder(_folder.Path)), StringComparison.Ordinal);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }

    private static string Message(Func<object?> act) => Assert.Throws<PareidoliaException>(act).Message;
}
