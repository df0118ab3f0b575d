using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pareidolia.Browser.Tests;

/// <summary>A graph is wired, run and saved in the browser.</summary>
public sealed class GraphTests(Chromium chromium, SharedStudio shared) : IClassFixture<Chromium>, IClassFixture<SharedStudio>
{
    private const int Patience = 90_000;

    private const string Foreign = """
        {"last_node_id": 2, "last_link_id": 0, "version": 0.4, "links": [], "groups": [{"title": "Mine", "bounding": [0, 0, 500, 300]}], "config": {}, "extra": {"kept": 1},
         "nodes": [{"id": 1, "type": "EmptyLatentImage", "pos": [10, 60], "size": [220, 130], "mode": 0, "widgets_values": [96, 64, 2]},
                   {"id": 2, "type": "NodeOfSomebody", "pos": [280, 60], "size": [200, 80], "mode": 0, "widgets_values": ["a", 1], "inputs": [], "outputs": []}]}
        """;

    [Fact]
    public async Task The_first_graph_runs_and_shows_its_picture()
    {
        await using StudioPage page = await chromium.Open(shared.Studio, "graph");
        await Expect(Node(page, "KSampler")).ToBeVisibleAsync();
        await Node(page, "KSampler").GetByLabel("steps").FillAsync("3");
        await page.Button("Run").ClickAsync();
        await Expect(page.Page.Locator(".node .shown img").First).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Patience });
        await Expect(page.Page.GetByText("Done.")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Patience });
        await Expect(Node(page, "KSampler").Locator("header")).ToContainTextAsync(" s");
        await page.Keep("graph");
        await page.Button("Run").ClickAsync();
        await Expect(Node(page, "Load Checkpoint").Locator("header")).ToContainTextAsync("unchanged", new LocatorAssertionsToContainTextOptions { Timeout = Patience });
        page.RequireSound();
    }

    [Fact]
    public async Task A_mistake_is_said_with_its_node()
    {
        await using StudioPage page = await chromium.Open(shared.Studio, "graph");
        await Node(page, "VAE Decode").Locator("header").ClickAsync();
        await page.Page.Keyboard.PressAsync("Delete");
        await Expect(Node(page, "VAE Decode")).ToHaveCountAsync(0);
        await page.Button("Run").ClickAsync();
        await Expect(page.Page.Locator(".toolbar [role=status]")).ToContainTextAsync("SaveImage");
        await page.Page.Keyboard.PressAsync("Control+z");
        await Expect(Node(page, "VAE Decode")).ToHaveCountAsync(1);
        page.RequireSound();
    }

    [Fact]
    public async Task A_node_is_searched_copied_muted_and_grouped()
    {
        await using StudioPage page = await chromium.Open(shared.Studio, "graph");
        await Expect(Node(page, "KSampler")).ToBeVisibleAsync();
        await page.Page.Locator(".react-flow__pane").DblClickAsync(new LocatorDblClickOptions { Position = new Position { X = 20, Y = 500 } });
        await page.Field("Name or category").FillAsync("invert im");
        await page.Page.Keyboard.PressAsync("Enter");
        ILocator added = Node(page, "Invert Image");
        await Expect(added).ToHaveCountAsync(1);
        await added.Locator("header").ClickAsync();
        await page.Page.Keyboard.PressAsync("Control+c");
        await page.Page.Keyboard.PressAsync("Control+v");
        await Expect(added).ToHaveCountAsync(2);
        await page.Page.Keyboard.PressAsync("Control+m");
        await Expect(page.Page.Locator(".node.muted-node")).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("Control+g");
        await Expect(page.Page.Locator(".group-frame")).ToHaveCountAsync(1);
        await page.Button("Undo").ClickAsync();
        await page.Button("Undo").ClickAsync();
        await Expect(page.Page.Locator(".node.muted-node")).ToHaveCountAsync(0);
        page.RequireSound();
    }

    [Fact]
    public async Task A_foreign_file_is_opened_and_saved_with_what_nobody_here_knows()
    {
        await using StudioPage page = await chromium.Open(shared.Studio, "graph");
        await Expect(Node(page, "KSampler")).ToBeVisibleAsync();
        await ForeignPicture.Drop(page.Page, "workflow.json", "application/json", System.Text.Encoding.UTF8.GetBytes(Foreign));
        await Expect(page.Page.Locator(".toolbar")).ToContainTextAsync("Not on this server: NodeOfSomebody.");
        await Expect(page.Page.Locator(".group-frame")).ToHaveCountAsync(1);
        IDownload download = await page.Page.RunAndWaitForDownloadAsync(() => page.Button("Save").ClickAsync());
        using JsonDocument saved = JsonDocument.Parse(await File.ReadAllTextAsync(await download.PathAsync()));
        JsonElement[] nodes = [.. saved.RootElement.GetProperty("nodes").EnumerateArray()];
        Assert.Equal("[96,64,2]", nodes[0].GetProperty("widgets_values").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        Assert.Equal("NodeOfSomebody", nodes[1].GetProperty("type").GetString());
        Assert.Equal(1, saved.RootElement.GetProperty("extra").GetProperty("kept").GetInt32());
        page.RequireSound();
    }

    private static ILocator Node(StudioPage page, string title) =>
        page.Page.Locator(".node", new PageLocatorOptions { Has = page.Page.Locator("header", new PageLocatorOptions { HasText = title }) });
}
