using System.Text.Json;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Observing;

/// <summary>What the server says of itself: health, metrics, the description of its API, its tools for language models.</summary>
public sealed class ObservingTests
{
    [Fact]
    public async Task Health_and_metrics_tell_how_it_is()
    {
        await using TestStudio studio = await Start();
        JsonElement job = await studio.Post("/api/v1/jobs", new { kind = "generate", prompt = "a", seed = 1 }, 202);
        _ = await studio.Wait(job.GetProperty("id").GetString()!, "done");
        JsonElement health = await studio.Get("/healthz");
        Assert.Equal(("ok", 0), (health.GetProperty("status").GetString(), health.GetProperty("waiting").GetInt32()));
        string metrics = await studio.Client.GetStringAsync("/metrics");
        Assert.Contains("pareidolia_jobs_total{kind=\"generate\",state=\"done\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("pareidolia_pictures_total 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count", metrics, StringComparison.Ordinal);
        Assert.All(metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(@"^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? -?[0-9.eE+\-]+|\w+(\{.*\})? (NaN|\+?∞|Infinity))$", line));
    }

    [Fact]
    public async Task The_description_of_the_api_has_all_of_its_routes()
    {
        await using TestStudio studio = await Start();
        JsonElement description = await studio.Get("/openapi/v1.json");
        Assert.Equal("Pareidolia", description.GetProperty("info").GetProperty("title").GetString());
        JsonElement paths = description.GetProperty("paths");
        foreach (string path in (string[])["/api/v1/jobs", "/api/v1/jobs/{id}/events", "/api/v1/jobs/{id}/sample", "/api/v1/pictures/{id}/file", "/api/v1/forecast", "/api/v1/tokens", "/api/v1/uploads",
            "/api/v1/settings-of", "/api/v1/session", "/sdapi/v1/txt2img", "/v1/images/generations", "/healthz", "/metrics"])
            Assert.True(paths.TryGetProperty(path, out _), path);
    }

    [Fact]
    public async Task A_language_model_may_draw()
    {
        await using TestStudio studio = await Start();
        await using ModelContextProtocol.Client.McpClient client = await ModelContextProtocol.Client.McpClient.CreateAsync(
            new ModelContextProtocol.Client.HttpClientTransport(new ModelContextProtocol.Client.HttpClientTransportOptions { Endpoint = new Uri(studio.Client.BaseAddress!, "/mcp") }));
        Assert.Equal(["generate_image", "list_models"], (await client.ListToolsAsync()).Select(tool => tool.Name).Order());
        ModelContextProtocol.Protocol.CallToolResult result = await client.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a red apple", ["seed"] = 1 });
        Assert.Equal("image/png", Assert.IsType<ModelContextProtocol.Protocol.ImageContentBlock>(result.Content[0]).MimeType);
        ModelContextProtocol.Protocol.CallToolResult wrong = await client.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a", ["width"] = 33 });
        Assert.True(wrong.IsError);
        Assert.Contains("the nearest is 32", Assert.IsType<ModelContextProtocol.Protocol.TextContentBlock>(wrong.Content[0]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_page_the_root_says_so_and_an_unknown_api_is_not_the_page()
    {
        await using TestStudio studio = await Start();
        Assert.Contains("its page was not built", await studio.Client.GetStringAsync("/"), StringComparison.Ordinal);
        _ = await studio.Get("/api/v1/nothing", 404);
    }

    private static Task<TestStudio> Start() => TestStudio.Start(options => options with { Models = [TinyModel.Lively] });
}
