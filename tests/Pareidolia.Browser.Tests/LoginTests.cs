using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>A studio with users shows nothing before somebody has logged in.</summary>
public sealed class LoginTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Somebody_logs_in_and_out()
    {
        Chromium.Require();
        await using StudioProcess studio = await StudioProcess.Start("ada");
        await using StudioPage page = await chromium.Open(studio);
        await Expect(page.Button("Log in")).ToBeVisibleAsync();
        await Expect(page.Field("Prompt")).ToHaveCountAsync(0);
        await page.RequireAccessible();
        await LogIn(page, "battery staple");
        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await LogIn(page, "correct horse");
        await Expect(page.Field("Prompt")).ToBeVisibleAsync();
        await Expect(page.Field("Model")).ToHaveValueAsync("emoji");
        await page.Button("Log out ada").ClickAsync();
        await Expect(page.Button("Log in")).ToBeVisibleAsync();
        _ = await page.Page.ReloadAsync();
        await Expect(page.Button("Log in")).ToBeVisibleAsync();
        page.RequireSound();
    }

    private static async Task LogIn(StudioPage page, string password)
    {
        await page.Field("User").FillAsync("ada");
        await page.Field("Password").FillAsync(password);
        await page.Button("Log in").ClickAsync();
    }
}
