using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pareidolia.Tests;

namespace Pareidolia.Browser.Tests;

/// <summary>The page in a browser, and what it complained about.</summary>
public sealed class StudioPage : IAsyncDisposable
{
    private readonly List<string> _complaints = [];

    public StudioPage(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                _complaints.Add(message.Text);
        };
    }

    /// <summary>The browser's page.</summary>
    public IPage Page { get; }

    /// <summary>A button by its name.</summary>
    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });

    /// <summary>A field by its label.</summary>
    public ILocator Field(string label) => Page.GetByLabel(label, new PageGetByLabelOptions { Exact = true });

    /// <summary>Pictures that are finished, in the view to create.</summary>
    public ILocator Tiles => Page.Locator(".tile > a img");

    /// <summary>Fails where the browser found a mistake of the page itself.</summary>
    public void RequireSound() => Assert.True(_complaints.Count == 0, string.Join("\n", _complaints));

    /// <summary>Fails where axe finds a fault that is serious or critical.</summary>
    public async Task RequireAccessible()
    {
        AxeResult result = await Page.RunAxe();
        string[] faults = [.. result.Violations.Where(fault => fault.Impact is "serious" or "critical")
            .Select(fault => $"{fault.Id} ({fault.Impact}): {fault.Help}: {string.Join(", ", fault.Nodes.Take(4).Select(node => node.Html))}")];
        Assert.True(faults.Length == 0, string.Join("\n", faults));
    }

    /// <summary>Keeps a picture of the page for the documentation, where PAREIDOLIA_SCREENSHOTS asks for it.</summary>
    public async Task Keep(string name)
    {
        if (Environment.GetEnvironmentVariable("PAREIDOLIA_SCREENSHOTS") is null)
            return;
        string file = Path.Combine(RepositoryRoot.Path, "docs", "pictures", $"studio-{name}.png");
        _ = await Page.ScreenshotAsync(new PageScreenshotOptions { Path = file });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.CloseAsync();
}
