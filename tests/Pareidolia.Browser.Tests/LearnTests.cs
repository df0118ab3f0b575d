using Microsoft.Playwright;
using Pareidolia.Tests.Training;
using Pareidolia.Tests.Training.Gans;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>Networks are tried out one by one, and trained.</summary>
public sealed class LearnTests(Chromium chromium, SharedStudio shared) : IClassFixture<Chromium>, IClassFixture<SharedStudio>
{
    private const int Patience = 120_000;

    [Fact]
    public async Task Categories_are_typed_on_the_spot()
    {
        await Drawn();
        await using StudioPage page = await chromium.Open(shared.Studio, "learn/clip");
        await page.Button("a red apple").First.ClickAsync();
        await page.Field("Categories, one a line").FillAsync("an apple\na map of the world");
        await page.Button("Run it").ClickAsync();
        await Expect(page.Page.Locator("meter")).ToHaveCountAsync(2, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });
        double sum = await page.Page.Locator("meter").EvaluateAllAsync<double>("bars => bars.reduce((sum, bar) => sum + bar.value, 0)");
        Assert.InRange(sum, 0.99, 1.01);
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Fact]
    public async Task Noise_is_laid_over_a_picture_and_taken_away()
    {
        await Drawn();
        await using StudioPage page = await chromium.Open(shared.Studio, "learn/noise");
        await page.Button("a red apple").First.ClickAsync();
        // It runs as the slider is let go of.
        await page.Field("Noise").FillAsync("0.4");
        await Expect(page.Page.Locator("figcaption", new PageLocatorOptions { HasText = "after" })).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Patience });
        Assert.True(await page.Page.Locator(".maps figure").CountAsync() > 3, "No step of the denoising is shown.");
        await page.Keep("learn");
        page.RequireSound();
    }

    [Fact]
    public async Task Hidden_words_are_guessed()
    {
        await shared.Studio.Teach("words", folder => TinyText.Write(folder, "words"));
        await using StudioPage page = await chromium.Open(shared.Studio, "learn/words");
        await page.Field("Text").FillAsync("the dog [MASK] a bone.");
        await page.Button("Run it").ClickAsync();
        await Expect(page.Page.Locator("meter")).ToHaveCountAsync(8, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Fact]
    public async Task A_text_is_written_on()
    {
        await shared.Studio.Teach("gpt", folder => TinyText.Write(folder, "gpt"));
        await using StudioPage page = await chromium.Open(shared.Studio, "learn/text");
        await page.Field("Beginning").FillAsync("the dog");
        await page.Button("Run it").ClickAsync();
        await Expect(page.Page.Locator("output.written")).ToContainTextAsync(
            new System.Text.RegularExpressions.Regex("^the dog.+", System.Text.RegularExpressions.RegexOptions.Singleline), new LocatorAssertionsToContainTextOptions { Timeout = Patience });
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Fact]
    public async Task A_latent_space_is_walked_through()
    {
        await shared.Studio.Teach("gan", folder => TinyGans.Write(folder, TinyGans.Dcgan));
        await using StudioPage page = await chromium.Open(shared.Studio, "learn/gan");
        await page.Button("Run it").ClickAsync();
        ILocator station = page.Page.Locator("img.station");
        await Expect(station).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Patience });
        string? first = await station.GetAttributeAsync("src");
        await page.Field("Way").FillAsync("7");
        await Expect(station).ToHaveAttributeAsync("alt", "8 of 12");
        await Expect(station).Not.ToHaveAttributeAsync("src", first!);
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Fact]
    public async Task What_is_not_trained_says_how()
    {
        await using StudioPage page = await chromium.Open(shared.Studio, "learn/unclip");
        await Expect(page.Page.Locator("code")).ToHaveTextAsync("pareidolia train diffusion recipes/emoji/unclip-decoder.json");
        await Expect(page.Button("Run it")).ToHaveCountAsync(0);
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Fact]
    public async Task A_training_is_watched_stopped_and_continued()
    {
        Assert.SkipUnless(StudioProcess.HasTrainingData, "This test needs the shared training data; set PAREIDOLIA_DATA.");
        await using StudioPage page = await chromium.Open(shared.Studio, "train");
        await page.Field("Recipe").SelectOptionAsync("emoji/upscaler");
        await page.Field("Training data").SelectOptionAsync("data");
        await page.Button("Start training").ClickAsync();
        ILocator run = page.Page.GetByRole(AriaRole.Article, new PageGetByRoleOptions { Name = "emoji/upscaler" });
        await Expect(run.Locator(".curve").First).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Patience });
        await page.Button("Stop, to go on later").ClickAsync();
        await Expect(run.Locator(".state")).ToHaveTextAsync("paused", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        await page.Keep("train");
        await page.Button("Go on").ClickAsync();
        await Expect(run.Locator(".state")).ToHaveTextAsync("runs", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        await page.Button("Cancel").ClickAsync();
        await Expect(run.Locator(".state")).ToHaveTextAsync("cancelled", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        page.RequireSound();
    }

    private async Task Drawn()
    {
        string job = await shared.Studio.Submit(new { kind = "generate", prompt = "a red apple", steps = 6, seed = 2 });
        _ = await shared.Studio.WaitFor(job, view => view.GetProperty("state").GetString() == "done");
    }
}
