using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Tests;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.WebUi;

/// <summary>The AUTOMATIC1111 web UI's API, route by route, as its clients use it.</summary>
public sealed partial class WebUiTests
{
    [Fact]
    public async Task Txt2img_answers_with_the_pictures_and_what_was_drawn()
    {
        await using TestStudio studio = await Start();
        JsonElement answer = await studio.Post("/sdapi/v1/txt2img",
            new { prompt = "a red apple", negative_prompt = "blue", steps = 3, seed = 7, sampler_name = "DPM++ 2M", scheduler = "Exponential", cfg_scale = 5, width = 32, height = 32, batch_size = 2 });
        JsonElement[] images = [.. answer.GetProperty("images").EnumerateArray()];
        Assert.Equal(2, images.Length);
        Image second = Picture(images[1]);
        Assert.Contains("Negative prompt: blue\nSteps: 3, Sampler: DPM++ 2M, Schedule type: Exponential, CFG scale: 5, Seed: 8, Size: 32x32", second.Texts["parameters"], StringComparison.Ordinal);
        JsonElement info = JsonElement.Parse(answer.GetProperty("info").GetString()!);
        Assert.Equal([7, 8], info.GetProperty("all_seeds").EnumerateArray().Select(seed => seed.GetInt32()));
        Assert.Equal((0, "DPM++ 2M"), (info.GetProperty("index_of_first_image").GetInt32(), info.GetProperty("sampler_name").GetString()));
        Assert.Equal(second.Texts["parameters"], info.GetProperty("infotexts")[1].GetString());
        Assert.Equal(5, answer.GetProperty("parameters").GetProperty("cfg_scale").GetDouble());
        foreach (string key in (string[])["prompt", "all_prompts", "negative_prompt", "all_negative_prompts", "seed", "subseed", "all_subseeds", "subseed_strength", "width",
            "height", "cfg_scale", "steps", "batch_size", "restore_faces", "face_restoration_model", "sd_model_name", "sd_model_hash", "sd_vae_name", "sd_vae_hash",
            "seed_resize_from_w", "seed_resize_from_h", "denoising_strength", "extra_generation_params", "infotexts", "styles", "job_timestamp", "clip_skip",
            "is_using_inpainting_conditioning", "version"])
            Assert.True(info.TryGetProperty(key, out _), key);
    }

    [Fact]
    public async Task A_grid_stands_before_pictures_that_are_to_be_saved()
    {
        await using TestStudio studio = await Start();
        JsonElement answer = await Draw(studio, new { prompt = "a", steps = 1, width = 32, height = 32, batch_size = 2, save_images = true });
        Assert.Equal((3, 1), (answer.GetProperty("images").GetArrayLength(), JsonElement.Parse(answer.GetProperty("info").GetString()!).GetProperty("index_of_first_image").GetInt32()));
        Assert.True(Picture(answer.GetProperty("images")[0]).Width > 32);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_picture_and_the_settings_read_back_draw_it_again()
    {
        await using TestStudio studio = await Start();
        JsonElement first = await Draw(studio, new { prompt = "a red apple", steps = 3, seed = 7, sampler_name = "Euler a", width = 32, height = 32 });
        string infotext = Picture(first.GetProperty("images")[0]).Texts["parameters"];
        JsonElement again = await Draw(studio, new { infotext, prompt = Infotext.Parse(infotext).Prompt });
        Assert.Equal(Picture(first.GetProperty("images")[0]).Pixels, Picture(again.GetProperty("images")[0]).Pixels);
    }

    [Fact]
    public async Task A_second_pass_a_variation_and_a_tiling_change_what_is_drawn()
    {
        await using TestStudio studio = await Start();
        JsonElement hires = await Draw(studio, new { prompt = "a", steps = 3, seed = 7, enable_hr = true, hr_scale = 2, denoising_strength = 0.6, hr_upscaler = "Latent", width = 32, height = 32 });
        Image large = Picture(hires.GetProperty("images")[0]);
        Assert.Equal((64, 64), (large.Width, large.Height));
        Assert.Contains("Hires upscale: 2, Hires upscaler: Latent", large.Texts["parameters"], StringComparison.Ordinal);
        JsonElement varied = await Draw(studio, new { prompt = "a", steps = 3, seed = 7, subseed = 9, subseed_strength = 0.5, tiling = true, width = 32, height = 32 });
        Assert.Contains("Variation seed: 9, Variation seed strength: 0.5", Picture(varied.GetProperty("images")[0]).Texts["parameters"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Img2img_draws_within_a_mask()
    {
        await using TestStudio studio = await Start();
        Image mask = new(32, 32);
        mask.Pixels.AsSpan(0, mask.Pixels.Length / 2).Fill(255);
        JsonElement answer = await studio.Post("/sdapi/v1/img2img", new
        {
            prompt = "a cat",
            steps = 4,
            seed = 1,
            width = 32,
            height = 32,
            init_images = new[] { Base64(new Image(32, 32)) },
            mask = $"data:image/png;base64,{Base64(mask)}",
            inpainting_fill = 1,
            inpaint_full_res = false,
            mask_blur = 0,
            denoising_strength = 0.9,
        });
        Image drawn = Picture(answer.GetProperty("images")[0]);
        Assert.Equal(new byte[3], drawn.Pixel(31, 31).ToArray());
        Assert.Contains("Denoising strength: 0.9", drawn.Texts["parameters"], StringComparison.Ordinal);
        _ = await studio.Post("/sdapi/v1/img2img", new { prompt = "a cat" }, 404);
    }

    [Fact]
    public async Task The_script_xyz_draws_a_grid_first_and_then_its_cells()
    {
        await using TestStudio studio = await Start();
        object[] axes = [4, "2,3", Array.Empty<string>(), "CFG Scale", "1, 4", null!, 0, "", null!];
        JsonElement[] alone = await Plot(studio, axes), all = await Plot(studio, [.. axes, true, true]), bare = await Plot(studio, [.. axes, false]);
        Assert.Equal([1, 5, 1], [alone.Length, all.Length, bare.Length]);
        Image grid = Picture(alone[0]);
        Assert.Contains("Script: X/Y/Z plot", grid.Texts["parameters"], StringComparison.Ordinal);
        Assert.Equal(grid.Pixels, Picture(all[0]).Pixels);
        Assert.Equal((68, 68), (Picture(bare[0]).Width, Picture(bare[0]).Height));
        Assert.True(grid.Width > 68 && grid.Height > 68);
        JsonElement refused = await studio.Post("/sdapi/v1/txt2img", Plotted([.. axes, true, false, false, true]), 422);
        Assert.StartsWith("script_args: 'Keep -1 for seeds' = true is not possible here", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        JsonElement told = (await studio.Get("/sdapi/v1/script-info"))[0].GetProperty("args");
        Assert.Equal(("Draw legend", true), (told[9].GetProperty("label").GetString(), told[9].GetProperty("value").GetBoolean()));
    }

    [Theory]
    [InlineData("""{"prompt": "a", "sampler_name": "best"}""", 404, "Sampler not found")]
    [InlineData("""{"prompt": "a", "script_name": "best"}""", 422, "Script 'best' not found")]
    [InlineData("""{"prompt": "a", "restore_faces": true}""", 422, "restore_faces is not possible here: ")]
    [InlineData("""{"prompt": "a", "s_churn": 5}""", 422, "s_churn is not possible here: ")]
    [InlineData("""{"prompt": "a", "override_settings": {"sd_vae": "other.vae"}}""", 422, "The option sd_vae = \"other.vae\" is not possible here: ")]
    [InlineData("""{"prompt": "a", "override_settings": {"made_up": 1}}""", 422, "The option made_up is not possible here: ")]
    [InlineData("""{"prompt": "a", "batch_size": 1000000, "n_iter": 1000000}""", 422, "batch_size x n_iter are 100000000 pictures; ")]
    [InlineData("""{"prompt": "a", "steps": "x"}""", 400, "'steps' has a value that cannot be read there")]
    public async Task What_cannot_be_done_answers_with_its_name(string body, int status, string detail)
    {
        await using TestStudio studio = await Start();
        JsonElement error = await studio.Post("/sdapi/v1/txt2img", body, status);
        Assert.StartsWith(detail, error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        foreach (string key in (string[])["error", "detail", "body", "errors"])
            Assert.True(error.TryGetProperty(key, out _), key);
    }

    [Theory]
    [InlineData("/sdapi/v1/txt2img", "cfg_scale")]
    [InlineData("/sdapi/v1/txt2img", "eta")]
    [InlineData("/sdapi/v1/txt2img", "subseed_strength")]
    [InlineData("/sdapi/v1/txt2img", "hr_scale")]
    [InlineData("/sdapi/v1/txt2img", "denoising_strength")]
    [InlineData("/sdapi/v1/img2img", "denoising_strength")]
    [InlineData("/sdapi/v1/extra-single-image", "upscaling_resize")]
    public async Task A_number_beyond_all_bounds_is_refused(string path, string field)
    {
        await using TestStudio studio = await Start();
        string picture = Base64(new Image(8, 8));
        foreach (string number in (string[])["1e999", "-1e999", "\"1e999\""])
        {
            JsonElement error = await studio.Post(path, $$"""{"prompt": "a", "enable_hr": true, "image": "{{picture}}", "init_images": ["{{picture}}"], "{{field}}": {{number}}}""", 400);
            Assert.Equal($"'{field}' has a value that cannot be read there: {number}.", error.GetProperty("detail").GetString());
        }
    }

    [Fact]
    public async Task Names_of_nothing_count_as_not_given_and_whole_numbers_may_have_a_point()
    {
        await using TestStudio studio = await Start();
        const string Body = """
            {"prompt": "", "steps": 2.0, "seed": "7", "width": 32, "height": 3.2e1, "sampler_name": "", "scheduler": "", "script_name": "", "refiner_checkpoint": "",
             "enable_hr": true, "hr_scale": 1.5, "hr_upscaler": "", "hr_sampler_name": "", "hr_scheduler": ""}
            """;
        string drawn = Picture((await Draw(studio, Body)).GetProperty("images")[0]).Texts["parameters"];
        Assert.StartsWith("Steps: 2, Sampler: Euler, CFG scale: 7, Seed: 7, Size: 32x32, ", drawn, StringComparison.Ordinal);
        _ = await studio.Post("/sdapi/v1/txt2img", """{"steps": 2.5}""", 400);
        _ = await studio.Post("/sdapi/v1/txt2img", """{"seed": 1e30}""", 400);
    }

    [Theory]
    [InlineData("""{"hr_scheduler": "Exponential"}""", "Hires sampler: Euler a, Hires schedule type: Exponential")]
    [InlineData("""{"hr_sampler_name": "Heun"}""", "Hires sampler: Heun, Hires schedule type: Karras")]
    public async Task What_a_second_pass_is_not_told_is_that_of_the_first(string body, string said)
    {
        await using TestStudio studio = await Start();
        string drawn = Picture((await Draw(studio, body.Replace("}", """, "prompt": "a", "steps": 2, "width": 32, "height": 32, "enable_hr": true, "sampler_name": "Euler a", "scheduler": "karras"}""",
            StringComparison.Ordinal))).GetProperty("images")[0]).Texts["parameters"];
        Assert.Contains(said, drawn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strength_of_nothing_takes_one_step()
    {
        await using TestStudio studio = await Start();
        Image picture = new(32, 32);
        picture.Pixels.AsSpan().Fill(99);
        JsonElement drawn = await studio.Post("/sdapi/v1/img2img", new { prompt = "a", steps = 4, width = 32, height = 32, init_images = new[] { Base64(picture) }, denoising_strength = 0 });
        Assert.Contains("Denoising strength: 0,", Picture(drawn.GetProperty("images")[0]).Texts["parameters"], StringComparison.Ordinal);
        _ = await Draw(studio, new { prompt = "a", steps = 4, width = 32, height = 32, enable_hr = true, denoising_strength = 0 });
    }

    [Theory]
    [InlineData("GET", "/sdapi/v1/txt2img", 405)]
    [InlineData("GET", "/sdapi/v1/nope", 404)]
    [InlineData("GET", "/internal/nope", 404)]
    [InlineData("DELETE", "/controlnet/version", 405)]
    public async Task What_has_no_route_answers_in_its_form_and_says_how_long_it_took(string method, string path, int status)
    {
        await using TestStudio studio = await Start();
        using HttpResponseMessage response = await studio.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.True(JsonElement.Parse(await response.Content.ReadAsStringAsync()).TryGetProperty("detail", out _));
        Assert.True(double.Parse(response.Headers.GetValues("X-Process-Time").Single()) >= 0);
    }

    [Theory]
    [InlineData("GET", "/v1/nope", 404, "error", "message")]
    [InlineData("DELETE", "/v1/models", 405, "error", "message")]
    [InlineData("DELETE", "/prompt", 405, "error", "details")]
    [InlineData("DELETE", "/api/prompt", 405, "error", "details")]
    public async Task Neither_do_the_other_apis(string method, string path, int status, string first, string second)
    {
        await using TestStudio studio = await Start();
        JsonElement error = await studio.Json(new HttpMethod(method), path, null, status);
        Assert.True(error.GetProperty(first).TryGetProperty(second, out _));
        Assert.True((await studio.Json(HttpMethod.Get, "/api/v1/nope", null, 404)).TryGetProperty("title", out _));
    }

    [Fact]
    public async Task Progress_is_told_and_an_interrupt_ends_the_call()
    {
        await using TestStudio studio = await Start();
        Task<JsonElement> drawing = Draw(studio, new { prompt = "a", steps = 900, seed = 1, width = 64, height = 64, force_task_id = "task(txt2img-1)" });
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        JsonElement progress;
        do
            progress = await studio.Get("/sdapi/v1/progress");
        while (progress.GetProperty("state").GetProperty("sampling_step").GetInt32() < 20 && DateTime.UtcNow < end);
        Assert.InRange(progress.GetProperty("progress").GetDouble(), 0.01, 0.99);
        Assert.Equal("task(txt2img-1)", progress.GetProperty("current_task").GetString());
        JsonElement task = await studio.Post("/internal/progress", new { id_task = "task(txt2img-1)", id_live_preview = -1, live_preview = true });
        Assert.True(task.GetProperty("active").GetBoolean());
        Assert.StartsWith("data:image/png;base64,", task.GetProperty("live_preview").GetString(), StringComparison.Ordinal);
        _ = await studio.Post("/sdapi/v1/interrupt", new { });
        Assert.Equal(0, (await drawing).GetProperty("images").GetArrayLength());
    }

    [Fact]
    public async Task Extras_enlarge_pictures()
    {
        await using TestStudio studio = await Start();
        JsonElement one = await studio.Post("/sdapi/v1/extra-single-image", new { image = Base64(new Image(8, 6)), upscaling_resize = 3, upscaler_1 = "Lanczos" });
        Assert.Equal((24, 18), (Picture(one.GetProperty("image")).Width, Picture(one.GetProperty("image")).Height));
        JsonElement sized = await studio.Post("/sdapi/v1/extra-batch-images", new
        {
            resize_mode = 1,
            upscaling_resize_w = 32,
            upscaling_resize_h = 32,
            upscaler_1 = "Nearest",
            imageList = new[] { new { data = Base64(new Image(8, 6)), name = "a.png" } },
        });
        Assert.Equal((32, 32), (Picture(sized.GetProperty("images")[0]).Width, Picture(sized.GetProperty("images")[0]).Height));
        _ = await studio.Post("/sdapi/v1/extra-single-image", new { image = Base64(new Image(8, 6)), gfpgan_visibility = 1 }, 422);
    }

    [Fact]
    public async Task What_the_engine_can_enlarge_with_is_listed_and_does_it()
    {
        using TemporaryFolder folder = new(), models = new();
        Directory.CreateDirectory(models["upscale_models"]);
        _ = RandomUpscaler.Compact(5, 0, 3).Save(folder["compact.safetensors"]);
        _ = RandomUpscaler.Rrdb(6, 4, 1, 2, 1).Save(models["upscale_models/dense.safetensors"]);
        File.Copy(Path.Combine(TinyModel.Folder, "vae", "diffusion_pytorch_model.safetensors"), folder["no-upscaler.safetensors"]);
        await using TestStudio studio = await TestStudio.Start(
            options => options with { Models = [TinyModel.Lively], Upscalers = folder.Path, ModelsFolder = models.Path });
        string own = $"{Path.GetFileName(TinyModel.Lively)}-upscaler";
        Dictionary<string, int> scales = (await studio.Get("/sdapi/v1/upscalers")).EnumerateArray()
            .ToDictionary(upscaler => upscaler.GetProperty("name").GetString()!, upscaler => upscaler.GetProperty("scale").GetInt32());
        Assert.Equal(["None", "Nearest", "Bilinear", "Bicubic", "Lanczos"], scales.Keys.Take(5));
        Assert.Equal([("compact", 3), ("dense", 4), (own, 2)], scales.Skip(5).Select(known => (known.Key, known.Value)).OrderBy(known => known.Value == 2).ThenBy(known => known.Key));
        foreach (string name in (string[])[own, "compact", "dense", "upscaler"])
        {
            JsonElement large = await studio.Post("/sdapi/v1/extra-single-image", new { image = Base64(new Image(8, 6)), upscaling_resize = 2, upscaler_1 = name });
            Assert.Equal((16, 12), (Picture(large.GetProperty("image")).Width, Picture(large.GetProperty("image")).Height));
            Assert.Contains($"Postprocess upscaler: {name}", Picture(large.GetProperty("image")).Texts[Infotext.Key], StringComparison.Ordinal);
        }
    }

    private static async Task<JsonElement[]> Plot(TestStudio studio, object[] arguments) =>
        [.. (await Draw(studio, Plotted(arguments))).GetProperty("images").EnumerateArray()];

    private static object Plotted(object[] arguments) =>
        new { prompt = "a red apple", seed = 7, width = 32, height = 32, script_name = "x/y/z plot", script_args = arguments };

    private static Task<TestStudio> Start() => TestStudio.Start(options => options with { Models = [TinyModel.Lively] });

    private static Task<JsonElement> Draw(TestStudio studio, object body) => studio.Post("/sdapi/v1/txt2img", body);

    private static Image Picture(JsonElement base64) => PngReader.Read(Convert.FromBase64String(base64.GetString()!), "the picture");

    private static string Base64(Image image) => Convert.ToBase64String(PngWriter.Encode(image));
}
