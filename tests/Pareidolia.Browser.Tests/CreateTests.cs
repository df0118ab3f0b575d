using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>From the first visit to pictures, as somebody does it who has never been here.</summary>
public sealed class CreateTests(Chromium chromium, SharedStudio shared) : IClassFixture<Chromium>, IClassFixture<SharedStudio>
{
    private const int Patience = 90_000;

    private StudioProcess Studio => shared.Studio;

    [Fact]
    public async Task A_first_visit_ends_in_pictures()
    {
        Chromium.Require();
        // A studio of its own: nothing was drawn in it before.
        await using StudioProcess studio = await StudioProcess.Start();
        await using StudioPage page = await chromium.Open(studio);
        await page.Field("Prompt").FillAsync("a red apple");
        // Of 32, the start, the end and the words of the default style are none of them.
        await Expect(page.Page.GetByText("tokens", new PageGetByTextOptions { Exact = false }).First).ToContainTextAsync("3 of 22 tokens");
        await page.Button("Draw 4 pictures").ClickAsync();
        await Expect(page.Tiles).ToHaveCountAsync(4, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });
        Assert.Equal(256, await page.Tiles.First.EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }"));
        await page.Keep("create");
        page.RequireSound();
    }

    [Fact]
    public async Task Parameters_in_the_prompt_decide()
    {
        await using StudioPage page = await chromium.Open(Studio);
        await page.Field("Prompt").FillAsync("a cat --ar 2:1 --seed 7 --steps 2 --count 1 --no hat --weird 3");
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("--weird is no parameter");
        await page.Button("Draw 1 picture").ClickAsync();
        JsonElement job = await NewestJob("a cat");
        JsonElement settings = job.GetProperty("settings");
        Assert.Equal((7, 2, 368, 176), (settings.GetProperty("seed").GetInt32(), settings.GetProperty("steps").GetInt32(),
            settings.GetProperty("width").GetInt32(), settings.GetProperty("height").GetInt32()));
        Assert.Equal("hat", settings.GetProperty("negativePrompt").GetString());
        page.RequireSound();
    }

    [Fact]
    public async Task Ctrl_up_weighs_the_word_at_the_caret()
    {
        await using StudioPage page = await chromium.Open(Studio);
        ILocator prompt = page.Field("Prompt");
        await prompt.FillAsync("a red apple");
        await prompt.PressAsync("Control+ArrowUp");
        await prompt.PressAsync("Control+ArrowUp");
        await Expect(prompt).ToHaveValueAsync("a red (apple:1.2)");
    }

    [Fact]
    public async Task No_value_is_refused_by_the_browser()
    {
        await using StudioPage page = await chromium.Open(Studio);
        await page.Field("Prompt").FillAsync("a (round:1.1) button --count 1");
        await page.Field("Guidance").FillAsync("7.2");
        await page.Field("Seed").FillAsync("8589934592");
        await page.Field("Steps").FillAsync("1");
        await page.Field("Style").SelectOptionAsync("none");
        await page.Button("Draw 1 picture").ClickAsync();
        JsonElement settings = (await NewestJob("a (round:1.1) button")).GetProperty("settings");
        Assert.Equal((7.2, 8589934592, "none", "a1111"), (settings.GetProperty("guidanceScale").GetDouble(), settings.GetProperty("seed").GetInt64(),
            settings.GetProperty("style").GetString(), settings.GetProperty("dialect").GetString()));
        page.RequireSound();
    }

    [Fact]
    public async Task What_is_cut_off_is_struck_through()
    {
        await using StudioPage page = await chromium.Open(Studio);
        await page.Field("Prompt").FillAsync($"{string.Join(' ', Enumerable.Repeat("apple", 80))} zebra");
        await Expect(page.Page.Locator(".seen s")).ToContainTextAsync("zebra");
    }

    [Fact]
    public async Task A_job_is_cancelled()
    {
        await using StudioPage page = await chromium.Open(Studio);
        await page.Field("Prompt").FillAsync("a long wait --steps 900 --count 1");
        await page.Button("Draw 1 picture").ClickAsync();
        ILocator card = page.Page.Locator("article", new PageLocatorOptions { HasText = "a long wait" });
        await Expect(card.Locator("progress")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Patience });
        await Expect(card).ToContainTextAsync("left", new LocatorAssertionsToContainTextOptions { Timeout = Patience });
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Cancel" }).ClickAsync();
        await Expect(card.Locator(".state")).ToHaveTextAsync("cancelled", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        page.RequireSound();
    }

    [Fact]
    public async Task Each_picture_is_enlarged_and_varied()
    {
        string job = await Studio.Submit(new { kind = "generate", prompt = "a blue heart", steps = 2, count = 1 });
        await Studio.WaitFor(job, view => view.GetProperty("state").GetString() == "done");
        await using StudioPage page = await chromium.Open(Studio);
        ILocator card = page.Page.Locator($"[data-job='{job}']");
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Upscale: 1" }).ClickAsync();
        JsonElement larger = await NewestJob(null);
        Assert.Equal("upscale", larger.GetProperty("kind").GetString());
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Vary a little: 1" }).ClickAsync();
        JsonElement varied = await NewestJob("a blue heart", job);
        Assert.Equal(4, varied.GetProperty("settings").GetProperty("count").GetInt32());
        await Studio.WaitFor(larger.GetProperty("id").GetString()!, view => view.GetProperty("state").GetString() == "done");
        await Studio.WaitFor(varied.GetProperty("id").GetString()!, view => view.GetProperty("pictures").GetArrayLength() == 4);
        page.RequireSound();
    }

    [Fact]
    public async Task A_grid_of_all_combinations_is_built()
    {
        await using StudioPage page = await chromium.Open(Studio);
        await page.Field("Prompt").FillAsync("a green tree");
        await page.Page.GetByText("Grid of all combinations (XYZ)").ClickAsync();
        await page.Field("Values of X").FillAsync("1-2");
        await page.Field("Values of Y").FillAsync("1, 2");
        await page.Button("Draw a grid of 4").ClickAsync();
        JsonElement job = await NewestJob("a green tree");
        await Studio.WaitFor(job.GetProperty("id").GetString()!, view => view.GetProperty("state").GetString() == "done");
        page.RequireSound();
    }

    // The newest job of a prompt, once the page has sent it.
    private async Task<JsonElement> NewestJob(string? prompt, string? otherThan = null)
    {
        for (int attempt = 0; attempt < 200; attempt++, await Task.Delay(50))
        {
            JsonElement items = (await Studio.Get("/api/v1/jobs?limit=1")).GetProperty("items");
            if (items.GetArrayLength() == 0)
                continue;
            JsonElement newest = items[0];
            string? asked = newest.GetProperty("settings").TryGetProperty("prompt", out JsonElement text) ? text.GetString() : null;
            if (asked == prompt && newest.GetProperty("id").GetString() != otherThan)
                return newest;
        }
        throw new TimeoutException($"No job of '{prompt}' was submitted.");
    }
}
