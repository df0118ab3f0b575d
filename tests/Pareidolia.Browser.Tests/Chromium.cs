using Microsoft.Playwright;

namespace Pareidolia.Browser.Tests;

/// <summary>
/// A real browser, started once for all tests. They take minutes and are for those who change the page: without PAREIDOLIA_BROWSER=1 they are skipped and
/// say so.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] s_places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!IsAsked || Place is not string place)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = place, Args = ["--no-sandbox"] });
    }

    /// <summary>An empty page at a studio, which fails its test if a script of it fails or anything breaks the content security policy.</summary>
    /// <param name="studio">Whose page.</param>
    /// <param name="view">The part of the page to open, such as <c>gallery</c>.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="light">Whether the system prefers light colours.</param>
    public async Task<StudioPage> Open(StudioProcess studio, string view = "create", int width = 1280, bool light = false)
    {
        Require();
        IPage page = await _browser!.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = light ? ColorScheme.Light : ColorScheme.Dark,
            BaseURL = studio.Address.ToString(),
        });
        StudioPage opened = new(page);
        _ = await page.GotoAsync($"/#/{view}");
        return opened;
    }

    /// <summary>Skips the test where no browser was asked for.</summary>
    public static void Require()
    {
        if (!IsAsked)
            Assert.Skip("Tests in a real browser run with PAREIDOLIA_BROWSER=1.");
        if (Place is null)
            Assert.Fail("This test needs a browser: install Debian's package chromium, or name one in CHROMIUM.");
    }

    /// <summary>Whether the tests shall run.</summary>
    public static bool IsAsked => Environment.GetEnvironmentVariable("PAREIDOLIA_BROWSER") == "1";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    private static string? Place => s_places.Prepend(Environment.GetEnvironmentVariable("CHROMIUM")).FirstOrDefault(File.Exists);
}
