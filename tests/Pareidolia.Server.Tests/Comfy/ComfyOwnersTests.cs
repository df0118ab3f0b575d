using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Server.Tests.Jobs;
using Pareidolia.Tests;

namespace Pareidolia.Server.Tests.Comfy;

/// <summary>ComfyUI's routes where people log in: each steers their own prompts, and what they do is written down.</summary>
public sealed class ComfyOwnersTests
{
    private static readonly object s_prompt = new
    {
        prompt = new Dictionary<string, object>
        {
            ["1"] = new { class_type = "SolidMask", inputs = new { value = 0.5, width = 8, height = 8 } },
            ["2"] = new { class_type = "MaskToImage", inputs = new { mask = new object[] { "1", 0 } } },
            ["3"] = new { class_type = "PreviewImage", inputs = new { images = new object[] { "2", 0 } } },
        },
    };

    [Fact]
    public async Task Waiting_prompts_are_taken_out_by_their_owners_alone()
    {
        using TemporaryFolder folder = new();
        await using TestStudio studio = await Start(folder, new CountingJobs());
        string ofArt = await Queue(studio, "art"), ofOtto = await Queue(studio, "otto");
        Assert.Equal(2, (await Send(studio, HttpMethod.Get, "/prompt", null, "vera")).GetProperty("exec_info").GetProperty("queue_remaining").GetInt32());
        _ = await Send(studio, HttpMethod.Post, "/queue", new { delete = new[] { ofOtto, ofArt } }, "otto", 403);
        Assert.Equal([ofArt, ofOtto], await Pending(studio));
        _ = await Send(studio, HttpMethod.Post, "/queue", new { clear = true }, "otto");
        Assert.Equal([ofArt], await Pending(studio));
        _ = await Send(studio, HttpMethod.Post, "/history", new { delete = new[] { ofArt } }, "otto", 403);
        _ = await Send(studio, HttpMethod.Post, "/queue", new { clear = true }, "ada");
        Assert.Empty(await Pending(studio));
    }

    [Fact]
    public async Task A_running_prompt_is_ended_by_its_owner_and_memory_is_an_administrators()
    {
        using TemporaryFolder folder = new();
        CountingJobs counting = new();
        await using TestStudio studio = await Start(folder, counting);
        JsonObject graph = ComfyApiTests.Graph();
        graph["5"]!["inputs"]!["steps"] = 1000;
        string prompt = (await Send(studio, HttpMethod.Post, "/prompt", new { prompt = graph }, "art")).GetProperty("prompt_id").GetString()!;
        _ = await Send(studio, HttpMethod.Post, "/free", new { free_memory = true }, "art", 403);
        _ = await Send(studio, HttpMethod.Post, "/free", new { free_memory = true }, "ada");
        counting.Let(1);
        while ((await Send(studio, HttpMethod.Get, "/queue", null, "art")).GetProperty("queue_running").GetArrayLength() == 0)
            await Task.Delay(10);
        _ = await Send(studio, HttpMethod.Post, "/interrupt", new { }, "otto", 403);
        _ = await Send(studio, HttpMethod.Post, "/interrupt", new { }, "art");
        while ((await Send(studio, HttpMethod.Get, $"/history/{prompt}", null, "art")).GetRawText() == "{}")
            await Task.Delay(10);
        string[] actions = [.. (await Send(studio, HttpMethod.Get, "/api/v1/audit", null, "ada")).EnumerateArray().Select(line => line.GetProperty("action").GetString()!)];
        Assert.Equal(["job cancel", "free", "job graph", "job count"], actions.Where(action => action is not "log in"));
    }

    private static async Task<string[]> Pending(TestStudio studio) =>
        [.. (await Send(studio, HttpMethod.Get, "/queue", null, "vera")).GetProperty("queue_pending").EnumerateArray().Select(item => item[1].GetString()!)];

    private static async Task<string> Queue(TestStudio studio, string user) =>
        (await Send(studio, HttpMethod.Post, "/prompt", s_prompt, user)).GetProperty("prompt_id").GetString()!;

    private static Task<JsonElement> Send(TestStudio studio, HttpMethod method, string path, object? body, string user, int status = 200) =>
        studio.Json(method, path, body, status, ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:right password"))}"));

    // With a job of an administrator that goes on until the test lets it.
    private static async Task<TestStudio> Start(TemporaryFolder folder, CountingJobs counting)
    {
        using (StudioUsers users = new(folder.Path))
            foreach ((string name, string role) in ((string, string)[])[("ada", "admin"), ("art", "artist"), ("otto", "artist"), ("vera", "viewer")])
                users.SetUser(name, "right password", role);
        TestStudio studio = await TestStudio.Start(options => options with { Auth = true, Models = [ComfyApiTests.s_model] }, counting.AddTo, folder.Path);
        string id = (await Send(studio, HttpMethod.Post, "/api/v1/jobs", new { kind = "count", steps = 1 }, "ada", 202)).GetProperty("id").GetString()!;
        while ((await Send(studio, HttpMethod.Get, $"/api/v1/jobs/{id}", null, "ada")).GetProperty("state").GetString() != "running")
            await Task.Delay(10);
        return studio;
    }
}
