using Microsoft.Playwright;
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
        await page.Field("Noise").FillAsync("0.4");
        await page.Button("Run it").ClickAsync();
        await Expect(page.Page.Locator("figcaption", new PageLocatorOptions { HasText = "after" })).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Patience });
        Assert.True(await page.Page.Locator(".maps figure").CountAsync() > 3, "No step of the denoising is shown.");
        await page.Keep("learn");
        page.RequireSound();
    }

    [Fact]
    public async Task A_training_is_watched_stopped_and_continued()
    {
        Assert.SkipUnless(StudioProcess.HasTrainingData, "This test needs the shared training data; set PAREIDOLIA_DATA.");
        await using StudioPage page = await chromium.Open(shared.Studio, "train");
        await page.Field("Recipe").SelectOptionAsync("emoji/upscaler");
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
