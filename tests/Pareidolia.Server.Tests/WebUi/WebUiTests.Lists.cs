using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Tests;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Server.Tests.WebUi;

// Lists, options and what a picture says.
public sealed partial class WebUiTests
{
    [Fact]
    public async Task Lists_have_the_fields_that_clients_read()
    {
        await using TestStudio studio = await Start();
        foreach ((string route, string[] fields) in ((string, string[])[])
        [
            ("samplers", ["name", "aliases", "options"]), ("schedulers", ["name", "label", "aliases", "default_rho", "need_inner_model"]),
            ("sd-models", ["title", "model_name", "hash", "sha256", "filename", "config"]), ("upscalers", ["name", "model_name", "model_path", "model_url", "scale"]),
            ("latent-upscale-modes", ["name"]), ("prompt-styles", ["name", "prompt", "negative_prompt"]), ("script-info", ["name", "is_alwayson", "is_img2img", "args"]),
        ])
        {
            JsonElement list = await studio.Get($"/sdapi/v1/{route}");
            Assert.True(list.GetArrayLength() > 0, route);
            Assert.All(fields, field => Assert.True(list[0].TryGetProperty(field, out _), $"{route}.{field}"));
        }
        foreach (string empty in (string[])["sd-vae", "hypernetworks", "face-restorers", "realesrgan-models", "extensions", "loras"])
            Assert.Equal(0, (await studio.Get($"/sdapi/v1/{empty}")).GetArrayLength());
        foreach (string map in (string[])["embeddings", "cmd-flags", "memory", "scripts", "options", "progress"])
            Assert.Equal(JsonValueKind.Object, (await studio.Get($"/sdapi/v1/{map}")).ValueKind);
        foreach (string nothing in (string[])["refresh-checkpoints", "refresh-vae", "refresh-embeddings", "refresh-loras", "unload-checkpoint", "reload-checkpoint", "interrupt"])
            _ = await studio.Post($"/sdapi/v1/{nothing}", new { });
        foreach (string missing in (string[])["interrogate", "skip", "create/embedding", "create/hypernetwork", "train/embedding", "train/hypernetwork"])
            Assert.StartsWith($"{missing} is not possible here: ", (await studio.Post($"/sdapi/v1/{missing}", new { }, 501)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage stop = await studio.Client.PostAsync("/sdapi/v1/server-stop", null);
        Assert.Contains((int)stop.StatusCode, (int[])[404, 405]);
        using HttpResponseMessage timed = await studio.Client.GetAsync("/sdapi/v1/samplers");
        Assert.True(double.Parse(timed.Headers.GetValues("X-Process-Time").Single()) >= 0);
    }

    [Fact]
    public async Task Png_info_reads_what_is_inside()
    {
        await using TestStudio studio = await Start();
        Image image = new(8, 8);
        image.Texts["parameters"] = "a cat\nNegative prompt: dog\nSteps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1, Size: 512x768";
        JsonElement answer = await studio.Post("/sdapi/v1/png-info", new { image = Base64(image) });
        Assert.Equal(image.Texts["parameters"], answer.GetProperty("info").GetString());
        JsonElement parameters = answer.GetProperty("parameters");
        Assert.Equal(("DPM++ 2M", "Karras", "512"), (parameters.GetProperty("Sampler").GetString(), parameters.GetProperty("Schedule type").GetString(), parameters.GetProperty("Size-1").GetString()));
    }

    [Fact]
    public async Task Options_are_kept_and_count_and_overrides_count_for_one_request()
    {
        await using TestStudio studio = await Start();
        _ = await studio.Post("/sdapi/v1/options", """{"randn_source": "CPU", "CLIP_stop_at_last_layers": 2}""");
        Assert.Equal("CPU", (await studio.Get("/sdapi/v1/options")).GetProperty("randn_source").GetString());
        string first = Picture((await Draw(studio, new { prompt = "a", steps = 2, seed = 1, width = 32, height = 32 })).GetProperty("images")[0]).Texts["parameters"];
        Assert.Contains("Clip skip: 2", first, StringComparison.Ordinal);
        Assert.Contains("RNG: CPU", first, StringComparison.Ordinal);
        string second = Picture((await Draw(studio, new { prompt = "a", steps = 2, seed = 1, width = 32, height = 32, override_settings = new { randn_source = "NV" } })).GetProperty("images")[0]).Texts["parameters"];
        Assert.Contains("RNG: NV", second, StringComparison.Ordinal);
        _ = await studio.Post("/sdapi/v1/options", new { sd_model_checkpoint = "nothing" }, 400);
    }

    [Fact]
    public async Task Overrides_that_are_not_restored_are_kept_and_pictures_that_were_brought_are_told()
    {
        await using TestStudio studio = await Start();
        JsonElement answer = await studio.Post("/sdapi/v1/img2img", new
        {
            prompt = "a",
            steps = 1,
            width = 32,
            height = 32,
            init_images = new[] { Base64(new Image(32, 32)) },
            include_init_images = true,
            override_settings = new Dictionary<string, int> { ["CLIP_stop_at_last_layers"] = 2 },
            override_settings_restore_afterwards = false,
        });
        Assert.Equal(1, answer.GetProperty("parameters").GetProperty("init_images").GetArrayLength());
        Assert.Equal(2, (await studio.Get("/sdapi/v1/options")).GetProperty("CLIP_stop_at_last_layers").GetInt32());
    }

    [Fact]
    public async Task A_model_has_one_title_in_lists_and_options()
    {
        await using TestStudio studio = await Start();
        string title = (await studio.Get("/sdapi/v1/sd-models"))[0].GetProperty("title").GetString()!;
        Assert.EndsWith("]", title, StringComparison.Ordinal);
        foreach (string spelling in (string[])[title, title.Split(" [")[0], Path.GetFileName(TinyModel.Lively)])
        {
            _ = await studio.Post("/sdapi/v1/options", new { sd_model_checkpoint = spelling });
            Assert.Equal(title, (await studio.Get("/sdapi/v1/options")).GetProperty("sd_model_checkpoint").GetString());
        }
        string drawn = Picture((await Draw(studio, new { prompt = "a", steps = 1, width = 32, height = 32 })).GetProperty("images")[0]).Texts["parameters"];
        Assert.Contains($"Model hash: {title.Split(" [")[1][..10]}, Model: ", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedulers_have_the_web_uis_names_and_ours_are_understood()
    {
        await using TestStudio studio = await Start();
        string[] names = [.. (await studio.Get("/sdapi/v1/schedulers")).EnumerateArray().Select(schedule => schedule.GetProperty("name").GetString()!)];
        Assert.All((string[])["automatic", "uniform", "karras", "exponential", "polyexponential", "sgm_uniform", "kl_optimal", "align_your_steps", "simple", "normal", "ddim", "beta"],
            name => Assert.Contains(name, names));
        foreach (string name in (string[])[.. names, "ddim_uniform", "SGMUniform", "SGM Uniform"])
            _ = await Draw(studio, new { prompt = "a", steps = 2, width = 32, height = 32, scheduler = name });
    }

    [Fact]
    public async Task Learned_words_are_told_with_their_shape()
    {
        using TemporaryFolder folder = new();
        SafetensorsWriter.Write(folder["spark.safetensors"], [new SafetensorsSource("emb_params", SafetensorsType.F32, [3, 8], stream => stream.Write(new byte[96]))]);
        File.WriteAllText(folder["broken.pt"], "no word");
        await using TestStudio studio = await TestStudio.Start(options => options with { Models = [TinyModel.Lively], Embeddings = folder.Path });
        JsonElement words = await studio.Get("/sdapi/v1/embeddings");
        JsonElement word = words.GetProperty("loaded").GetProperty("spark");
        Assert.Equal((8, 3), (word.GetProperty("shape").GetInt32(), word.GetProperty("vectors").GetInt32()));
        Assert.True(words.GetProperty("skipped").TryGetProperty("broken", out _));
    }
}
