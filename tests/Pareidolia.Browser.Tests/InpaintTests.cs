using System.Text.Json;
using Microsoft.Playwright;
using Pareidolia.Imaging;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>A part of a picture is drawn anew, and only that part.</summary>
public sealed class InpaintTests(Chromium chromium, SharedStudio shared) : IClassFixture<Chromium>, IClassFixture<SharedStudio>
{
    private const int Patience = 90_000;

    [Fact]
    public async Task What_the_brush_has_painted_is_drawn_anew()
    {
        StudioProcess studio = shared.Studio;
        string first = await studio.Submit(new { kind = "generate", prompt = "a yellow star", steps = 4, seed = 3 });
        await studio.WaitFor(first, view => view.GetProperty("state").GetString() == "done");
        await using StudioPage page = await chromium.Open(studio);
        await page.Page.Locator($"[data-job='{first}']").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Start from it: 1" }).ClickAsync();
        await page.Field("Prompt").FillAsync("a red heart --seed 8 --count 1 --steps 8");
        await page.Button("Mask").ClickAsync();
        await PaintLeftHalf(page);
        await page.Keep("mask");
        await page.Button("Use this mask").ClickAsync();
        await page.Field("Softness of the edge").FillAsync("0");
        await page.Page.Locator("input[type=range][aria-label='Strength']").FillAsync("1");
        await page.Button("Draw 1 picture").ClickAsync();
        ILocator card = page.Page.Locator("article", new PageLocatorOptions { HasText = "a red heart" });
        await Expect(card.Locator(".tile > a img")).ToHaveCountAsync(1, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });
        string second = (await card.GetAttributeAsync("data-job"))!;
        JsonElement settings = (await studio.Get($"/api/v1/jobs/{second}")).GetProperty("settings");
        Assert.True(settings.TryGetProperty("mask", out _), settings.ToString());
        (double left, double right) = await Difference(first, second);
        Assert.True(left > 5, $"The masked half differs by {left:0.0} of 255.");
        Assert.True(right < 1, $"The other half differs by {right:0.0} of 255.");
        page.RequireSound();
    }

    [Fact]
    public async Task A_mask_needs_no_pointer_and_room_is_drawn_around()
    {
        await using StudioPage page = await chromium.Open(shared.Studio);
        await ForeignPicture.Drop(page.Page, "photo.png", "image/png", ForeignPicture.Png(64, 64));
        await page.Button("Mask").ClickAsync();
        await page.Page.GetByText("Mask a rectangle", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await page.Field("Its width").FillAsync("10");
        await page.Button("Mask it").ClickAsync();
        Assert.Equal(10 * 32, await Painted(page));
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Field("Prompt").FillAsync("a wide road --count 1 --steps 1");
        await page.Button("More around it").ClickAsync();
        await page.Field("Left").FillAsync("32");
        await page.Button("Use it").ClickAsync();
        await page.Button("Draw 1 picture").ClickAsync();
        ILocator card = page.Page.Locator("article", new PageLocatorOptions { HasText = "a wide road" });
        await Expect(card.Locator(".tile > a img")).ToHaveCountAsync(1, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });
        Assert.Equal(96, await card.Locator(".tile > a img").EvaluateAsync<int>("async image => { await image.decode(); return image.naturalWidth; }"));
        page.RequireSound();
    }

    [Fact]
    public async Task A_mask_is_undone_and_redone()
    {
        await using StudioPage page = await chromium.Open(shared.Studio);
        await ForeignPicture.Drop(page.Page, "photo.png", "image/png", ForeignPicture.Png(64, 64));
        await page.Button("Mask").ClickAsync();
        await PaintLeftHalf(page);
        Assert.True(await Painted(page) > 1000);
        await page.Button("Undo").ClickAsync();
        Assert.Equal(0, await Painted(page));
        await Expect(page.Button("Use this mask")).ToBeDisabledAsync();
        await page.Button("Redo").ClickAsync();
        Assert.True(await Painted(page) > 1000);
        await page.Button("The other way round").ClickAsync();
        Assert.InRange(await Painted(page), 1000, 3000);
        page.RequireSound();
    }

    private static async Task PaintLeftHalf(StudioPage page)
    {
        ILocator canvas = page.Page.Locator(".mask canvas");
        await page.Field("Brush").FillAsync("6");
        LocatorBoundingBoxResult box = (await canvas.BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(box.X + 2, box.Y + 2);
        await page.Page.Mouse.DownAsync();
        for (int row = 0; row < 24; row++)
        {
            float y = box.Y + 2 + (row * (box.Height - 4) / 23);
            await page.Page.Mouse.MoveAsync(box.X + (row % 2 == 0 ? 2 : box.Width * 0.44f), y, new MouseMoveOptions { Steps = 3 });
            await page.Page.Mouse.MoveAsync(box.X + (row % 2 == 0 ? box.Width * 0.44f : 2), y, new MouseMoveOptions { Steps = 3 });
        }
        await page.Page.Mouse.UpAsync();
    }

    private static Task<int> Painted(StudioPage page) => page.Page.Locator(".mask canvas").EvaluateAsync<int>(
        """
        canvas => {
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          let painted = 0;
          for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) painted++;
          return painted;
        }
        """);

    // The mean difference of the left 40 % and of the right 40 % of two pictures.
    private async Task<(double Left, double Right)> Difference(string first, string second)
    {
        using HttpClient client = new() { BaseAddress = shared.Studio.Address };
        Image a = PngReader.Read(await client.GetByteArrayAsync($"/api/v1/pictures/{first}-0/file"), "first.png");
        Image b = PngReader.Read(await client.GetByteArrayAsync($"/api/v1/pictures/{second}-0/file"), "second.png");
        int part = a.Width * 2 / 5;
        return (Mean(a, b, 0, part), Mean(a, b, a.Width - part, a.Width));
    }

    private static double Mean(Image a, Image b, int from, int to)
    {
        double sum = 0;
        for (int y = 0; y < a.Height; y++)
            for (int i = ((y * a.Width) + from) * 3; i < ((y * a.Width) + to) * 3; i++)
                sum += Math.Abs(a.Pixels[i] - b.Pixels[i]);
        return sum / (a.Height * (to - from) * 3);
    }
}
