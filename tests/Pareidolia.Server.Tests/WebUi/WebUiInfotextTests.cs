using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Server.Tests.Generate;

namespace Pareidolia.Server.Tests.WebUi;

/// <summary>Requests with an <c>infotext</c>: what it says counts where the request says nothing.</summary>
public sealed class WebUiInfotextTests
{
    [Fact]
    public async Task The_infotext_of_a_picture_draws_it_again()
    {
        await using TestStudio studio = await TinyCompany.Start();
        Image drawn = await Draw(studio, new
        {
            prompt = "a red apple",
            negative_prompt = "blue",
            steps = 3,
            seed = 7,
            subseed = 9,
            subseed_strength = 0.5,
            width = 32,
            height = 32,
            seed_resize_from_w = 64,
            seed_resize_from_h = 64,
            sampler_name = "Euler a",
            scheduler = "Karras",
            eta = 0.5,
            s_min_uncond = 0.5,
            tiling = true,
            enable_hr = true,
            hr_scale = 1.5,
            hr_upscaler = "Latent (nearest)",
            hr_second_pass_steps = 2,
            hr_sampler_name = "Heun",
            hr_scheduler = "Exponential",
            hr_prompt = "a green apple",
            hr_negative_prompt = "yellow",
            denoising_strength = 0.6,
            override_settings = new Dictionary<string, object>
            {
                ["sd_model_checkpoint"] = TinyCompany.Refiner, ["CLIP_stop_at_last_layers"] = 2, ["randn_source"] = "CPU", ["eta_noise_seed_delta"] = 31337,
            },
        });
        string infotext = drawn.Texts[Infotext.Key];
        Image again = await Draw(studio, new { infotext });
        Assert.Equal(infotext, again.Texts[Infotext.Key]);
        Assert.Equal(drawn.Pixels, again.Pixels);
    }

    [Fact]
    public async Task What_a_request_says_counts_more()
    {
        await using TestStudio studio = await TinyCompany.Start();
        const string Told = "a cat\nSteps: 4, Sampler: Heun, CFG scale: 5, Seed: 3, Size: 32x32, Model: of someone else, Denoising strength: 0.5, Clip skip: 2, RNG: CPU, Hires resize: 64x64, Hires upscaler: Latent";
        Image drawn = await Draw(studio, new { infotext = Told, prompt = "a dog", steps = 2, seed = 1, enable_hr = false, sampler_name = "Euler", override_settings = new Dictionary<string, int> { ["CLIP_stop_at_last_layers"] = 1 } });
        Infotext said = Infotext.Parse(drawn.Texts[Infotext.Key]);
        Assert.Equal("a dog", said.Prompt);
        Assert.Equal(("2", "Euler", "5", "1", "32x32", "CPU"), (said.Fields["Steps"], said.Fields["Sampler"], said.Fields["CFG scale"], said.Fields["Seed"], said.Fields["Size"], said.Fields["RNG"]));
        Assert.False(said.Fields.ContainsKey("Clip skip"));
        Assert.False(said.Fields.ContainsKey("Hires upscaler"));
    }

    [Fact]
    public async Task Settings_inside_a_picture_tell_of_the_second_pass_of_tiles_and_of_noise()
    {
        await using TestStudio studio = await TestStudio.Start();
        Image picture = new(8, 8);
        picture.Texts[Infotext.Key] = "a cat\nSteps: 4, Sampler: Euler, CFG scale: 5, Seed: 3, Size: 32x32, Seed resize from: 64x48, Denoising strength: 0.5, Tiling: True, NGMS: 0.7, Hires upscale: 2, "
            + "Hires upscaler: Latent, Hires sampler: Euler a, Hires schedule type: Karras, Hires prompt: a dog, Hires negative prompt: \"a, b\"";
        using ByteArrayContent body = new(PngWriter.Encode(picture));
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/settings-of", body);
        JsonElement settings = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("settings"), hires = settings.GetProperty("hires");
        Assert.Equal(("both", "64x48", 0.7), (settings.GetProperty("tiling").GetString(), settings.GetProperty("seedResize").GetString(), settings.GetProperty("ngms").GetDouble()));
        Assert.Equal(["euler_ancestral", "karras", "a dog", "a, b"], ((string[])["sampler", "schedule", "prompt", "negativePrompt"]).Select(name => hires.GetProperty(name).GetString()));
    }

    private static async Task<Image> Draw(TestStudio studio, object body) =>
        PngReader.Read(Convert.FromBase64String((await studio.Post("/sdapi/v1/txt2img", body)).GetProperty("images")[0].GetString()!), "the picture");
}
