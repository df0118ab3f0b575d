using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>Pictures are found, marked, compared, taken apart, deleted and brought back.</summary>
public sealed class GalleryTests(Chromium chromium, SharedStudio shared) : IClassFixture<Chromium>, IClassFixture<SharedStudio>
{
    private StudioProcess Studio => shared.Studio;

    [Fact]
    public async Task It_loads_more_as_it_is_scrolled()
    {
        string job = await Drawn("a tiny dot", 70, 16);
        await using StudioPage page = await chromium.Open(Studio, "gallery");
        await page.Field("Search").FillAsync("a tiny dot");
        ILocator pictures = page.Page.Locator(".wall img[alt='a tiny dot']");
        // The wheel turns what is under the pointer.
        await page.Page.Mouse.MoveAsync(640, 600);
        for (int turn = 0; turn < 50 && await pictures.CountAsync() < 70; turn++)
        {
            await page.Page.Mouse.WheelAsync(0, 2000);
            await Task.Delay(100);
        }
        await Expect(pictures).ToHaveCountAsync(70, new LocatorAssertionsToHaveCountOptions { Timeout = 60_000 });
        Assert.StartsWith(job, (await page.Page.Locator(".wall a").First.GetAttributeAsync("href"))!["#/gallery/".Length..], StringComparison.Ordinal);
        page.RequireSound();
    }

    [Fact]
    public async Task A_deleted_picture_comes_back()
    {
        string job = await Drawn("a brown bear", 1);
        await using StudioPage page = await chromium.Open(Studio, "gallery");
        ILocator picture = page.Page.Locator($".wall a[href='#/gallery/{job}-0']");
        await page.Button("Delete: a brown bear").ClickAsync();
        await Expect(picture).ToHaveCountAsync(0);
        await page.Button("Undo").ClickAsync();
        await Expect(picture).ToHaveCountAsync(1);
        await page.Page.ReloadAsync();
        await Expect(picture).ToHaveCountAsync(1);
        page.RequireSound();
    }

    [Fact]
    public async Task The_bin_gives_pictures_back_and_removes_them_for_good_by_the_keyboard()
    {
        string job = await Drawn("a violet plum", 2);
        await using StudioPage page = await chromium.Open(Studio, "gallery");
        ILocator pictures = page.Page.Locator(".wall img[alt='a violet plum']"), bins = page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete: a violet plum" });
        await bins.First.ClickAsync();
        await Expect(pictures).ToHaveCountAsync(1);
        await bins.First.ClickAsync();
        await Expect(pictures).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Bin" }).PressAsync("Enter");
        await Expect(pictures).ToHaveCountAsync(2);
        Assert.True(await pictures.First.EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }") > 0);
        await page.RequireAccessible();
        ILocator restores = page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Restore: a violet plum" });
        await restores.First.PressAsync("Enter");
        await Expect(pictures).ToHaveCountAsync(1);
        await Expect(page.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Bin" })).ToBeFocusedAsync();
        ILocator purge = page.Button("Delete for good: a violet plum");
        await purge.PressAsync("Enter");
        await page.RequireAccessible();
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(purge).ToBeFocusedAsync();
        await purge.PressAsync("Enter");
        await page.Page.Locator("dialog").GetByText("Delete for good", new LocatorGetByTextOptions { Exact = true }).PressAsync("Enter");
        await Expect(pictures).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "All pictures" }).ClickAsync();
        await Expect(page.Page.Locator($".wall a[href^='#/gallery/{job}']")).ToHaveCountAsync(1);
        page.RequireSound();
    }

    [Fact]
    public async Task Favourites_are_found_again()
    {
        string job = await Drawn("a green frog", 1);
        await using StudioPage page = await chromium.Open(Studio, "gallery");
        await page.Button("Favourite: a green frog").ClickAsync();
        await Expect(page.Button("Favourite: a green frog")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Page.GetByLabel("Favourites only").CheckAsync();
        await Expect(page.Page.Locator(".wall a")).ToHaveCountAsync(1);
        await Expect(page.Page.Locator(".wall a")).ToHaveAttributeAsync("href", $"#/gallery/{job}-0");
        page.RequireSound();
    }

    [Fact]
    public async Task The_denoising_is_scrubbed_and_the_picture_checked()
    {
        string job = await Drawn("a red apple, a table", 1, steps: 8);
        await using StudioPage page = await chromium.Open(Studio, $"gallery/{job}-0");
        ILocator picture = page.Page.Locator(".stage img");
        string? last = await picture.GetAttributeAsync("src");
        await page.Field("Denoising").FillAsync("0");
        await Expect(picture).Not.ToHaveAttributeAsync("src", last!);
        Assert.True(await picture.EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }") > 0);
        await page.Button("Check the picture").ClickAsync();
        await Expect(page.Page.Locator("meter[aria-label='a red apple']")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 120_000 });
        await Expect(page.Page.Locator("img[alt='Where \"red\" acted']")).ToBeVisibleAsync();
        await page.Keep("picture");
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Fact]
    public async Task Two_pictures_are_compared_with_a_slider()
    {
        _ = await Drawn("a white cloud", 2);
        await using StudioPage page = await chromium.Open(Studio, "gallery");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare: a white cloud" }).Nth(0).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare: a white cloud" }).Nth(1).ClickAsync();
        await page.Field("How much of the left picture is shown").FillAsync("25");
        await Expect(page.Page.Locator(".compare .edge")).ToHaveCSSAsync("left", new System.Text.RegularExpressions.Regex("px$"));
        await Expect(page.Page.Locator("dialog table")).ToContainTextAsync("seed");
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Fact]
    public async Task The_queue_is_put_in_another_order()
    {
        string running = await Studio.Submit(new { kind = "generate", prompt = "first", steps = 900 });
        string second = await Studio.Submit(new { kind = "generate", prompt = "second", steps = 1 }), third = await Studio.Submit(new { kind = "generate", prompt = "third", steps = 1 });
        await using StudioPage page = await chromium.Open(Studio, "queue");
        ILocator rows = page.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Waiting" }).Locator("[data-job]");
        await Expect(rows.Nth(0)).ToHaveAttributeAsync("data-job", second);
        await page.Button("Up: third").ClickAsync();
        await Expect(rows.Nth(0)).ToHaveAttributeAsync("data-job", third);
        await page.Button("Pause: second").ClickAsync();
        await Expect(page.Button("Go on: second")).ToBeVisibleAsync();
        await page.RequireAccessible();
        foreach (string job in new[] { second, third, running })
            await page.Page.Locator($"[data-job='{job}']").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Cancel" }).ClickAsync();
        await Studio.WaitFor(running, view => view.GetProperty("state").GetString() == "cancelled");
        page.RequireSound();
    }

    private async Task<string> Drawn(string prompt, int count, int size = 64, int steps = 1)
    {
        string job = await Studio.Submit(new { kind = "generate", prompt, count, steps, width = size, height = size });
        _ = await Studio.WaitFor(job, view => view.GetProperty("state").GetString() == "done");
        return job;
    }
}
