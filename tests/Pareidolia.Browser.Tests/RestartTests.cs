using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>The server is killed in the middle of a job while somebody watches; nothing is lost, and the page goes on by itself.</summary>
public sealed class RestartTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Patience = 120_000;

    [Fact]
    public async Task A_job_goes_on_after_the_server_was_killed()
    {
        Chromium.Require();
        await using StudioProcess studio = await StudioProcess.Start();
        await using StudioPage page = await chromium.Open(studio);
        await page.Field("Prompt").FillAsync("a sleeping cat --steps 60 --count 1 --seed 4");
        await page.Button("Draw 1 picture").ClickAsync();
        ILocator card = page.Page.Locator("article", new PageLocatorOptions { HasText = "a sleeping cat" });
        string job = (await card.GetAttributeAsync("data-job"))!;
        await studio.WaitFor(job, view => view.GetProperty("progress") is { ValueKind: JsonValueKind.Object } progress && progress.GetProperty("step").GetInt32() >= 5);
        await studio.Kill();
        await Expect(page.Page.GetByText("The connection to the server is lost")).ToBeVisibleAsync();
        await studio.StartAgain();
        await Expect(page.Page.GetByText("The connection to the server is lost")).ToBeHiddenAsync(new LocatorAssertionsToBeHiddenOptions { Timeout = Patience });
        await Expect(card.Locator(".tile > a img")).ToHaveCountAsync(1, new LocatorAssertionsToHaveCountOptions { Timeout = Patience });
        await Expect(card.Locator(".state")).ToHaveTextAsync("done");
        page.RequireSound();
    }
}
