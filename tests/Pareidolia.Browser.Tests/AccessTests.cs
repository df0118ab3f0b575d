using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>Every view works with a screen reader, in both colours, and on a telephone.</summary>
public sealed class AccessTests(Chromium chromium, SharedStudio shared) : IClassFixture<Chromium>, IClassFixture<SharedStudio>
{
    private const int Telephone = 390;

    public static TheoryData<string, bool> Views =>
        new(from view in new[] { "create", "gallery", "queue", "graph", "train", "learn" } from light in new[] { false, true } select (view, light));

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Axe_finds_no_serious_fault(string view, bool light)
    {
        await using StudioPage page = await Opened(view, 1280, light);
        await page.RequireAccessible();
        page.RequireSound();
    }

    [Theory]
    [InlineData("create")]
    [InlineData("gallery")]
    [InlineData("queue")]
    [InlineData("graph")]
    [InlineData("train")]
    [InlineData("learn")]
    public async Task Nothing_is_wider_than_a_telephone(string view)
    {
        await using StudioPage page = await Opened(view, Telephone);
        int width = await page.Page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth)");
        Assert.True(width <= Telephone, $"The view is {width} pixels wide.");
        await page.RequireAccessible();
        await page.Keep($"{view}-390");
        page.RequireSound();
    }

    [Fact]
    public async Task A_link_skips_to_the_content()
    {
        await using StudioPage page = await Opened("gallery", 1280);
        await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("content", await page.Page.EvaluateAsync<string>("() => document.activeElement.id"));
        Assert.EndsWith("#/gallery", page.Page.Url, StringComparison.Ordinal);
        page.RequireSound();
    }

    [Fact]
    public async Task A_picture_is_drawn_with_the_keyboard_alone()
    {
        await using StudioPage page = await Opened("create", 1280);
        for (int i = 0; i < 30 && await page.Page.EvaluateAsync<string>("() => document.activeElement.tagName") != "TEXTAREA"; i++)
            await page.Page.Keyboard.PressAsync("Tab");
        await page.Page.Keyboard.TypeAsync("a key --steps 1 --count 1");
        await page.Page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Tiles.First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        page.RequireSound();
    }

    private async Task<StudioPage> Opened(string view, int width, bool light = false)
    {
        StudioPage page = await chromium.Open(shared.Studio, view, width, light);
        await Expect(page.Page.Locator("h1")).ToHaveCountAsync(1);
        return page;
    }
}
