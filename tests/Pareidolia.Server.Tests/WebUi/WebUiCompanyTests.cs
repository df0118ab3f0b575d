using System.Text.Json;
using Pareidolia.Adapters;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Server.Tests.Generate;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Server.Tests.WebUi;

/// <summary>Refiners and the ControlNet extension as clients of the AUTOMATIC1111 web UI ask for them.</summary>
public sealed class WebUiCompanyTests
{
    [Fact]
    public async Task A_refiner_draws_the_library_s_picture_and_reads_back()
    {
        await using TestStudio studio = await TinyCompany.Start();
        Image picture = await Draw(studio, new { prompt = "a red apple", steps = 4, seed = 7, width = 32, height = 32, refiner_checkpoint = "refiner.safetensors [0123456789]", refiner_switch_at = 0.5 });
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(TinyModel.Lively), refiner = StableDiffusionPipeline.Load(TinyCompany.RefinerPath);
        GenerateSettings settings = Settings(model) with { Prompt = "a red apple", Refiner = new RefinerHandOver(refiner, 0.5) };
        Assert.Equal(model.Generate(settings)[0].Pixels, picture.Pixels);
        string infotext = picture.Texts[Infotext.Key];
        Assert.Contains("Refiner: refiner, Refiner switch at: 0.5", infotext, StringComparison.Ordinal);
        Assert.Equal(picture.Pixels, (await Draw(studio, new { infotext, prompt = "a red apple" })).Pixels);
        // As there: without a share at once, and none where it is the model itself.
        Image atOnce = await Draw(studio, new { prompt = "a red apple", steps = 4, seed = 7, width = 32, height = 32, refiner_checkpoint = "refiner" });
        Assert.Equal(model.Generate(settings with { Refiner = new RefinerHandOver(refiner, 0) })[0].Pixels, atOnce.Pixels);
        Image itself = await Draw(studio, new { prompt = "a red apple", steps = 4, seed = 7, width = 32, height = 32, refiner_checkpoint = model.Name, refiner_switch_at = 0.5 });
        Assert.Equal(model.Generate(settings with { Refiner = null })[0].Pixels, itself.Pixels);
    }

    [Fact]
    public async Task A_unit_of_ControlNet_draws_the_library_s_picture()
    {
        await using TestStudio studio = await TinyCompany.Start();
        object unit = new { enabled = true, module = "none", model = "edges [0123abcd]", weight = 0.75, image = Base64(TinyCompany.Edges(64)), guidance_end = 0.5, pixel_perfect = true, control_mode = "Balanced" };
        object off = new { enabled = false, module = "canny", model = "nothing" };
        Image picture = await Draw(studio, new { prompt = "a cat", steps = 4, seed = 7, width = 32, height = 32, alwayson_scripts = new { ControlNet = new { args = new[] { unit, off } } } });
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Lively), adapters: new AdapterChoice { ControlNets = [TinyCompany.Control] });
        GenerateSettings settings = Settings(model) with { Prompt = "a cat", Controls = [new ControlGuide(TinyCompany.Edges(64), 0.75, 0, 0.5) { Fit = FitMode.Crop }] };
        Assert.Equal(model.Generate(settings)[0].Pixels, picture.Pixels);
        Assert.Contains("ControlNet 0: \"Module: none, Model: edges, Weight: 0.75, Resize Mode: Crop and Resize, Guidance Start: 0, Guidance End: 0.5, Pixel Perfect: False, Control Mode: Balanced\"",
            picture.Texts[Infotext.Key], StringComparison.Ordinal);
        // The older names of fields, and the mode by its place in the list.
        object older = new { input_image = $"data:image/png;base64,{Base64(TinyCompany.Edges(64))}", model = "edges", lowvram = true, guidance = 0.5, resize_mode = 0, control_mode = 0 };
        Image stretched = await Draw(studio, new { prompt = "a cat", steps = 4, seed = 7, width = 32, height = 32, alwayson_scripts = new { controlnet = new { args = new[] { older } } } });
        Assert.Equal(model.Generate(settings with { Controls = [new ControlGuide(TinyCompany.Edges(64), 1, 0, 0.5)] })[0].Pixels, stretched.Pixels);
    }

    [Fact]
    public async Task A_unit_without_a_picture_looks_at_the_one_that_is_drawn_from()
    {
        await using TestStudio studio = await TinyCompany.Start();
        object body = new
        {
            prompt = "a cat",
            steps = 4,
            seed = 7,
            width = 32,
            height = 32,
            denoising_strength = 0.9,
            init_images = new[] { Base64(TinyCompany.Edges()) },
            alwayson_scripts = new { controlnet = new { args = new[] { new { model = "edges" } } } },
        };
        Image picture = await Draw(studio, body, "img2img");
        using StableDiffusionPipeline model = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Lively), adapters: new AdapterChoice { ControlNets = [TinyCompany.Control] });
        GenerateSettings settings = Settings(model) with
        {
            Prompt = "a cat",
            Source = new SourcePicture(TinyCompany.Edges()) { Strength = 0.9 },
            Controls = [new ControlGuide(TinyCompany.Edges()) { Fit = FitMode.Crop }],
        };
        Assert.Equal(model.Generate(settings)[0].Pixels, picture.Pixels);
        // Its infotext tells of the unit, and not of what it looked at.
        string infotext = picture.Texts[Infotext.Key];
        Assert.Equal(picture.Pixels, (await Draw(studio, new { infotext, denoising_strength = 0.9, init_images = new[] { Base64(TinyCompany.Edges()) } }, "img2img")).Pixels);
        Assert.Equal("controls[0] has no 'picture', the id of what the network looks at.", (await studio.Post("/sdapi/v1/txt2img", new { infotext }, 400)).GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("\"refiner_checkpoint\": \"nothing\"", 400, "There is no model 'nothing'; there are ")]
    [InlineData("\"refiner_checkpoint\": \"other\"", 400, "The refiner 'other' works on 4 channels of 4 pixels a cell, ")]
    [InlineData("\"refiner_checkpoint\": \"refiner\", \"refiner_switch_at\": 2", 400, "The share of the run before the refiner is 2; a number from 0 to 1 is needed.")]
    [InlineData("\"alwayson_scripts\": {\"ADetailer\": {\"args\": [true]}}", 422, "always on script ADetailer not found")]
    [InlineData("UNIT\"model\": \"nothing\"", 400, "There is no ControlNet 'nothing'; there are autoencoder, edges, wider.")]
    [InlineData("UNIT\"model\": \"wider\"", 400, "The ControlNet 'wider.safetensors' does not fit this model: ")]
    [InlineData("UNIT\"model\": \"edges\", \"module\": \"canny\"", 422, "controlnet args[0].module is not possible here: it is 'canny', ")]
    [InlineData("UNIT\"model\": \"edges\", \"control_mode\": \"My prompt is more important\"", 422, "controlnet args[0].control_mode is not possible here: ")]
    [InlineData("UNIT\"model\": \"edges\", \"control_mode\": 2", 422, "controlnet args[0].control_mode is not possible here: ")]
    [InlineData("UNIT\"model\": \"edges\", \"resize_mode\": \"Tile\"", 422, "controlnet args[0].resize_mode is not possible here: it is 'Tile'; ")]
    [InlineData("UNIT\"model\": \"edges\", \"hr_option\": \"Low res only\"", 422, "controlnet args[0].hr_option is not possible here: ")]
    [InlineData("UNIT\"model\": \"edges\", \"mask\": \"AAAA\"", 422, "controlnet args[0].mask is not possible here: ")]
    [InlineData("UNIT\"model\": \"edges\", \"advanced_weighting\": [1, 1]", 422, "controlnet args[0].advanced_weighting is not possible here: ")]
    [InlineData("UNIT\"model\": \"edges\", \"weight\": 3", 422, "controlnet args[0].weight is 3; a number from 0 to 2 is needed.")]
    [InlineData("UNIT\"model\": \"edges\", \"guidance_start\": -1", 422, "controlnet args[0].guidance_start is -1; a number from 0 to 1 is needed.")]
    [InlineData("\"alwayson_scripts\": {\"controlnet\": {\"args\": [{\"model\": \"edges\"}]}}", 422, "controlnet args[0].image is missing: ")]
    [InlineData("\"alwayson_scripts\": {\"controlnet\": {\"args\": [{\"model\": \"edges\", \"image\": \"?\"}]}}", 422, "controlnet args[0].image is no base64.")]
    [InlineData("\"alwayson_scripts\": {\"controlnet\": {\"args\": [{\"model\": \"edges\", \"image\": [\"AAAA\"]}]}}", 422, "controlnet args[0].image is not possible here: ")]
    [InlineData("\"alwayson_scripts\": {\"controlnet\": {\"args\": [true]}}", 422, "controlnet args[0] is no object; a unit is needed.")]
    public async Task What_cannot_be_done_answers_with_its_name(string part, int status, string detail)
    {
        await using TestStudio studio = await TinyCompany.Start();
        if (part.StartsWith("UNIT", StringComparison.Ordinal))
            part = $"\"alwayson_scripts\": {{\"controlnet\": {{\"args\": [{{\"image\": \"{Base64(TinyCompany.Edges())}\", {part[4..]}}}]}}}}";
        JsonElement error = await studio.Post("/sdapi/v1/txt2img", $"{{\"prompt\": \"a\", {part}}}", status);
        Assert.StartsWith(detail, error.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_area_that_is_drawn_alone_needs_what_belongs_to_it()
    {
        await using TestStudio studio = await TinyCompany.Start();
        string edges = Base64(TinyCompany.Edges());
        object Body(object unit) => new { prompt = "a", width = 32, height = 32, init_images = new[] { edges }, mask = edges, alwayson_scripts = new { controlnet = new { args = new[] { unit } } } };
        JsonElement error = await studio.Post("/sdapi/v1/img2img", Body(new { model = "edges", image = edges }), 422);
        Assert.StartsWith("controlnet args[0].inpaint_crop_input_image is not possible here: ", error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        _ = await Draw(studio, Body(new { model = "edges", image = edges, inpaint_crop_input_image = false }), "img2img");
    }

    [Fact]
    public async Task The_extension_tells_what_it_has()
    {
        await using TestStudio studio = await TinyCompany.Start();
        Assert.Equal(2, (await studio.Get("/controlnet/version")).GetProperty("version").GetInt32());
        Assert.Equal(["autoencoder", "edges", "wider"], (await studio.Get("/controlnet/model_list")).GetProperty("model_list").EnumerateArray().Select(name => name.GetString()));
        JsonElement modules = await studio.Get("/controlnet/module_list?alias_names=true");
        Assert.Equal("none", modules.GetProperty("module_list").EnumerateArray().Single().GetString());
        Assert.Equal(0, modules.GetProperty("module_detail").GetProperty("none").GetProperty("sliders").GetArrayLength());
        Assert.True((await studio.Get("/controlnet/settings")).GetProperty("control_net_unit_count").GetInt32() > 0);
        Assert.StartsWith("detect is not possible here: ", (await studio.Post("/controlnet/detect", new { }, 501)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("controlnet", (await studio.Get("/sdapi/v1/scripts")).GetProperty("txt2img").EnumerateArray().Select(name => name.GetString()));
        Assert.Contains((await studio.Get("/sdapi/v1/script-info")).EnumerateArray(), script => script.GetProperty("name").GetString() == "controlnet" && script.GetProperty("is_alwayson").GetBoolean());
    }

    private static GenerateSettings Settings(StableDiffusionPipeline model) => model.Defaults with
    {
        Negative = "",
        Seed = 7,
        Steps = 4,
        Guidance = 7,
        Sampler = SamplerChoice.Parse("euler"),
        Dialect = PromptDialect.A1111,
        Noise = new NoiseSettings { Mode = NoiseMode.WebUiGpu },
    };

    private static async Task<Image> Draw(TestStudio studio, object body, string route = "txt2img") =>
        PngReader.Read(Convert.FromBase64String((await studio.Post($"/sdapi/v1/{route}", body)).GetProperty("images")[0].GetString()!), "the picture");

    private static string Base64(Image image) => Convert.ToBase64String(PngWriter.Encode(image));
}
