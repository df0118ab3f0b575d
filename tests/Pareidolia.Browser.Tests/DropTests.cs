using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>A picture that is dropped onto the page brings its settings, whoever made it.</summary>
public sealed class DropTests(Chromium chromium, SharedStudio shared) : IClassFixture<Chromium>, IClassFixture<SharedStudio>
{
    private const string Infotext = """
        a red apple, (glossy:1.2)
        Negative prompt: text
        Steps: 7, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 4.5, Seed: 1234, Size: 96x64, Model: somebody's
        """;

    private const string Graph = """
        {"3": {"class_type": "KSampler", "inputs": {"seed": 77, "steps": 9, "cfg": 3, "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
          "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
         "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "emoji"}},
         "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
         "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a blue bird", "clip": ["4", 1]}},
         "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}},
         "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
         "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "x"}}}
        """;

    [Fact]
    public async Task One_of_the_web_ui()
    {
        await using StudioPage page = await chromium.Open(shared.Studio);
        await Expect(page.Field("Model")).ToHaveValueAsync("emoji");
        await ForeignPicture.Drop(page.Page, "00001.png", "image/png", ForeignPicture.Png(96, 64, ("parameters", Infotext)));
        await Expect(page.Field("Prompt")).ToHaveValueAsync("a red apple, (glossy:1.2)");
        await Expect(page.Field("Negative prompt")).ToHaveValueAsync("text");
        await Expect(page.Field("Steps")).ToHaveValueAsync("7");
        await Expect(page.Field("Guidance")).ToHaveValueAsync("4.5");
        await Expect(page.Field("Seed")).ToHaveValueAsync("1234");
        await Expect(page.Field("Width")).ToHaveValueAsync("96");
        await Expect(page.Field("Sampler").Locator("option:checked")).ToHaveTextAsync("DPM++ 2M");
        // Their model is not here, which is said; their noise is kept, or the picture would be another one.
        await Expect(page.Field("Model")).ToHaveValueAsync("emoji");
        await Expect(page.Page.Locator(".toast").First).ToContainTextAsync("somebody's");
        await Expect(page.Page.GetByText("noise: a1111-gpu")).ToHaveCountAsync(1);
        page.RequireSound();
    }

    [Fact]
    public async Task One_of_ComfyUI()
    {
        await using StudioPage page = await chromium.Open(shared.Studio, "gallery");
        await ForeignPicture.Drop(page.Page, "ComfyUI_00001_.png", "image/png", ForeignPicture.Png(64, 64, ("prompt", Graph)));
        await Expect(page.Field("Prompt")).ToHaveValueAsync("a blue bird");
        await Expect(page.Field("Steps")).ToHaveValueAsync("9");
        await Expect(page.Field("Seed")).ToHaveValueAsync("77");
        page.RequireSound();
    }

    [Fact]
    public async Task One_of_our_own()
    {
        string job = await shared.Studio.Submit(new { kind = "generate", prompt = "a full moon", steps = 2, seed = 5, guidanceScale = 3 });
        await shared.Studio.WaitFor(job, view => view.GetProperty("state").GetString() == "done");
        using HttpClient client = new() { BaseAddress = shared.Studio.Address };
        byte[] file = await client.GetByteArrayAsync($"/api/v1/pictures/{job}-0/file");
        await using StudioPage page = await chromium.Open(shared.Studio);
        await ForeignPicture.Drop(page.Page, "moon.png", "image/png", file);
        await Expect(page.Field("Prompt")).ToHaveValueAsync("a full moon");
        await Expect(page.Field("Seed")).ToHaveValueAsync("5");
        await Expect(page.Field("Guidance")).ToHaveValueAsync("3");
        page.RequireSound();
    }

    [Fact]
    public async Task One_without_settings_is_one_to_start_from()
    {
        await using StudioPage page = await chromium.Open(shared.Studio);
        await ForeignPicture.Drop(page.Page, "photo.png", "image/png", ForeignPicture.Png(64, 64));
        await Expect(page.Page.GetByAltText("The picture to start from")).ToBeVisibleAsync();
        page.RequireSound();
    }

    [Fact]
    public async Task What_is_no_workflow_is_refused_in_a_sentence()
    {
        await using StudioPage page = await chromium.Open(shared.Studio);
        await ForeignPicture.Drop(page.Page, "notes.json", "application/json", "{\"a\": 1}"u8.ToArray());
        await Expect(page.Page.Locator(".toast.bad-news")).ToContainTextAsync("no ComfyUI workflow");
        await Expect(page.Page.Locator(".canvas-area")).ToBeVisibleAsync();
        page.RequireSound();
    }

    [Fact]
    public async Task What_is_no_picture_is_refused_in_a_sentence()
    {
        await using StudioPage page = await chromium.Open(shared.Studio);
        await ForeignPicture.Drop(page.Page, "notes.png", "image/png", "no picture"u8.ToArray());
        await Expect(page.Page.Locator(".toast.bad-news")).ToBeVisibleAsync();
        page.RequireSound();
    }
}
