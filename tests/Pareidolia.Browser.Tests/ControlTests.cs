using System.Text.Json;
using Microsoft.Playwright;
using Pareidolia.Tests;
using Pareidolia.Tests.Adapters;
using Pareidolia.Tests.Pipelines;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>A picture that a ControlNet looks at, from the form to the picture and back into the form.</summary>
public sealed class ControlTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Patience = 90_000;

    [Fact]
    public async Task A_picture_guides_by_a_ControlNet()
    {
        Chromium.Require();
        using TemporaryFolder networks = new();
        TinyControlNet.Write(networks["edges.safetensors"]);
        await using StudioProcess studio = await StudioProcess.StartWith("--model", TinyModel.Lively, "--controlnets", networks.Path);
        await using StudioPage page = await chromium.Open(studio);
        await page.Field("Model").SelectOptionAsync(Path.GetFileName(TinyModel.Lively));
        await page.Field("Prompt").FillAsync("a red apple --seed 8 --count 1 --steps 2");
        await page.Page.GetByText("More: LoRAs, ControlNets, second pass, tiling").ClickAsync();
        await page.Field("Add a picture that guides").SetInputFilesAsync(
            new FilePayload { Name = "edges.png", MimeType = "image/png", Buffer = ForeignPicture.Png(32, 32) });
        await Expect(page.Page.GetByAltText("Picture 1 that guides")).ToBeVisibleAsync();
        await page.Page.Locator("input[type=range][aria-label='How strongly']").FillAsync("0.5");
        await page.RequireAccessible();
        await page.Button("Draw 1 picture").ClickAsync();
        ILocator card = page.Page.Locator("article", new PageLocatorOptions { HasText = "a red apple" });
        await Expect(card.Locator(".tile > a img")).ToHaveCountAsync(1, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });
        JsonElement control = (await studio.Get($"/api/v1/jobs/{await card.GetAttributeAsync("data-job")}")).GetProperty("settings").GetProperty("controls")[0];
        Assert.Equal(("edges", 0.5), (control.GetProperty("model").GetString(), control.GetProperty("strength").GetDouble()));
        await page.Button("Remove picture 1").ClickAsync();
        await Expect(page.Page.GetByAltText("Picture 1 that guides")).ToHaveCountAsync(0);
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Use its settings: 1" }).ClickAsync();
        await Expect(page.Page.GetByAltText("Picture 1 that guides")).ToBeVisibleAsync();
        page.RequireSound();
    }
}
