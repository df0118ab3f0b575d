using System.Net;
using System.Text;
using System.Text.Json;
using Pareidolia.Tests;

namespace Pareidolia.Server.Tests.Comfy;

/// <summary>What ComfyUI's front end keeps on the server: files, settings; and the list of jobs that it shows.</summary>
public sealed class UserDataTests
{
    private static readonly object s_prompt = new
    {
        prompt = new Dictionary<string, object>
        {
            ["1"] = new { class_type = "SolidMask", inputs = new { value = 0.5, width = 8, height = 8 } },
            ["2"] = new { class_type = "MaskToImage", inputs = new { mask = new object[] { "1", 0 } } },
            ["3"] = new { class_type = "PreviewImage", inputs = new { images = new object[] { "2", 0 } } },
        },
        extra_data = new { extra_pnginfo = new { workflow = new { id = "my flow" } } },
    };

    [Fact]
    public async Task Files_are_kept_listed_moved_and_deleted()
    {
        await using TestStudio studio = await TestStudio.Start();
        Assert.Equal("[]", (await studio.Get("/userdata")).GetRawText());
        _ = await studio.Get("/userdata?dir=workflows", 404);
        Assert.Equal("workflows/a b.json", (await studio.Post("/userdata/workflows%2Fa%20b.json", """{"nodes": []}""")).GetString());
        _ = await studio.Post("/api/userdata/workflows%2Fa%20b.json?overwrite=false", "{}", 409);
        Assert.Equal(13, (await studio.Post("/userdata/workflows%2Fdeep%2Fc.json?full_info=true", """{"nodes": []}""")).GetProperty("size").GetInt32());
        _ = await studio.Post("/userdata/workflows%2F.index.json", "{}");
        Assert.Equal("""["a b.json"]""", (await studio.Get("/userdata?dir=workflows")).GetRawText());
        Assert.Equal("""["a b.json","deep/c.json"]""", (await studio.Get("/userdata?dir=workflows&recurse=true")).GetRawText());
        Assert.Equal("""[["a b.json","a b.json"],["deep/c.json","deep","c.json"]]""", (await studio.Get("/userdata?dir=workflows&recurse=true&split=true")).GetRawText());
        Assert.Equal("""{"nodes": []}""", (await studio.Get("/userdata/workflows%2Fa%20b.json")).GetRawText());
        Assert.Equal("b.json", (await studio.Post("/userdata/workflows%2Fa%20b.json/move/b.json", "")).GetString());
        _ = await studio.Post("/userdata/b.json/move/workflows%2Fdeep%2Fc.json?overwrite=false", "", 409);
        _ = await studio.Json(HttpMethod.Delete, "/userdata/b.json", null, 204);
        _ = await studio.Get("/userdata/b.json", 404);
        _ = await studio.Json(HttpMethod.Delete, "/userdata/b.json", null, 404);
        // A page that someone keeps is none to a browser.
        _ = await studio.Post("/userdata/page.html", "<script>alert(1)</script>");
        using HttpResponseMessage page = await studio.Client.GetAsync("/userdata/page.html");
        Assert.Equal("application/octet-stream", page.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("..%2Fstudio.db")]
    [InlineData("..%2F..%2Fstudio.db")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("a%2F..%2F..%2F..%2Fstudio.db")]
    [InlineData("a%5C..%5Cb")]
    [InlineData("a%2F%2Fb")]
    [InlineData("a%00b")]
    [InlineData("%252E%252E%252Fx")]
    [InlineData("C:x")]
    [InlineData(".x.tmp")]
    [InlineData("a%2Fb%2Fc%2Fd%2Fe%2Ff%2Fg%2Fh%2Fi")]
    public async Task Names_that_lead_elsewhere_are_none(string name)
    {
        await using TestStudio studio = await TestStudio.Start();
        _ = await studio.Post("/userdata/here.json", "{}");
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[(HttpMethod.Post, $"/userdata/{name}"), (HttpMethod.Get, $"/userdata/{name}"), (HttpMethod.Delete, $"/userdata/{name}"),
            (HttpMethod.Post, $"/userdata/here.json/move/{name}"), (HttpMethod.Get, $"/userdata?dir={name}")])
        {
            using HttpRequestMessage request = new(method, path) { Content = method == HttpMethod.Get ? null : new StringContent("{}") };
            using HttpResponseMessage response = await studio.Client.SendAsync(request);
            Assert.True(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound || (name.StartsWith("%25", StringComparison.Ordinal) && response.IsSuccessStatusCode),
                $"{method} {path} answered {response.StatusCode}.");
        }
    }

    [Fact]
    public async Task Settings_are_kept_one_by_one_and_together_and_each_user_has_their_own()
    {
        using TemporaryFolder folder = new();
        using (StudioUsers users = new(folder.Path))
            foreach (string name in (string[])["art", ".."])
                users.SetUser(name, "right password", "artist");
        await using TestStudio studio = await TestStudio.Start(options => options with { Auth = true }, folder: folder.Path);
        Assert.Equal("{}", (await Send(HttpMethod.Get, "/settings", null, "art")).GetRawText());
        _ = await Send(HttpMethod.Post, "/settings", """{"Comfy.Locale": "de", "x": {"y": [1]}}""", "art");
        _ = await Send(HttpMethod.Post, "/api/settings/Comfy.Locale", "\"en\"", "art");
        _ = await Send(HttpMethod.Post, "/settings/none", "null", "art");
        Assert.Equal("""{"Comfy.Locale":"en","x":{"y":[1]},"none":null}""", (await Send(HttpMethod.Get, "/settings", null, "art")).GetRawText());
        Assert.Equal("en", (await Send(HttpMethod.Get, "/settings/Comfy.Locale", null, "art")).GetString());
        Assert.Equal("null", (await Send(HttpMethod.Get, "/settings/unknown", null, "art")).GetRawText());
        Assert.Equal("{}", (await Send(HttpMethod.Get, "/settings", null, "..")).GetRawText());
        _ = await Send(HttpMethod.Post, "/userdata/mine.json", "{}", "..");
        Assert.True(File.Exists(folder["graphs/users/user-../mine.json"]));
        // A front end may write the file of settings by hand.
        foreach (string odd in (string[])["[]", "{", """{"a": 1, "a": 2}""", """{"\ud800": 1}"""])
        {
            _ = await Send(HttpMethod.Post, "/userdata/comfy.settings.json", odd, "..");
            Assert.Equal("{}", (await Send(HttpMethod.Get, "/settings", null, "..")).GetRawText());
            _ = await Send(HttpMethod.Post, "/settings/a", "1", "..");
            Assert.Equal("""{"a":1}""", (await Send(HttpMethod.Get, "/settings", null, "..")).GetRawText());
        }
        _ = await Send(HttpMethod.Post, "/settings", "[]", "art", 400);
        _ = await Send(HttpMethod.Post, "/settings/x", "{", "art", 400);

        Task<JsonElement> Send(HttpMethod method, string path, string? body, string user, int status = 200) => studio.Json(
            method, path, body, status, ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:right password"))}"));
    }

    [Fact]
    public async Task Jobs_are_the_queue_and_the_history_in_one_list()
    {
        Jobs.CountingJobs counting = new();
        await using TestStudio studio = await TestStudio.Start(kinds: counting.AddTo);
        string held = (await studio.Post("/api/v1/jobs", new { kind = "count", steps = 1 }, 202)).GetProperty("id").GetString()!;
        _ = await studio.Wait(held, "running");
        string first = (await studio.Post("/prompt", s_prompt)).GetProperty("prompt_id").GetString()!, second = (await studio.Post("/prompt", s_prompt)).GetProperty("prompt_id").GetString()!;
        Assert.Equal([second, first], await Ids("/api/jobs?status=pending"));
        JsonElement pending = await studio.Get($"/api/jobs/{first}");
        Assert.Equal(("pending", "my flow"), (pending.GetProperty("status").GetString(), pending.GetProperty("workflow_id").GetString()));
        Assert.True((await studio.Post($"/api/jobs/{second}/cancel", "")).GetProperty("cancelled").GetBoolean());
        counting.Let(1);
        _ = await studio.Wait(Guid.Parse(first).ToString("N"), "done");
        JsonElement done = await studio.Get($"/api/jobs/{first}");
        Assert.Equal(("completed", 1), (done.GetProperty("status").GetString(), done.GetProperty("outputs_count").GetInt32()));
        Assert.Equal(("3", "temp"), (done.GetProperty("preview_output").GetProperty("nodeId").GetString(), done.GetProperty("preview_output").GetProperty("type").GetString()));
        Assert.Equal("SolidMask", done.GetProperty("workflow").GetProperty("prompt").GetProperty("1").GetProperty("class_type").GetString());
        Assert.False((await studio.Post($"/api/jobs/{first}/cancel", "")).GetProperty("cancelled").GetBoolean());
        Assert.Equal([first], await Ids("/api/jobs?limit=1"));
        Assert.Empty(await Ids("/api/jobs?workflow_id=other"));
        _ = await studio.Get("/api/jobs?status=odd", 400);
        _ = await studio.Get("/api/jobs/unknown", 404);

        async Task<string[]> Ids(string path) => [.. (await studio.Get(path)).GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString()!)];
    }
}
