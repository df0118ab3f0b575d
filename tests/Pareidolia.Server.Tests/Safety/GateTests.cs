using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Server.Pictures;
using Pareidolia.Tests;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Safety;

/// <summary>Who may reach the server, and from where.</summary>
public sealed class GateTests
{
    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("studio.example", 200)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:7860", 200)]
    public async Task A_name_that_points_here_is_not_enough(string host, int status)
    {
        await using TestStudio studio = await TestStudio.Start(options => options with { Hosts = ["studio.example"] });
        _ = await studio.Json(HttpMethod.Get, "/api/v1/jobs", null, status, ("Host", host));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1.evil.example")]
    [InlineData("http://localhost:1")]
    public async Task A_page_of_another_site_cannot_ask_for_anything(string origin)
    {
        await using TestStudio studio = await TestStudio.Start();
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[(HttpMethod.Post, "/api/v1/jobs"), (HttpMethod.Get, "/api/v1/jobs"), (HttpMethod.Post, "/sdapi/v1/txt2img")])
            _ = await studio.Json(method, path, method == HttpMethod.Post ? "{}" : null, 403, ("Origin", origin));
        JsonElement audit = await studio.Get("/api/v1/audit");
        Assert.Equal("refused", audit[0].GetProperty("action").GetString());
    }

    [Fact]
    public async Task Our_own_page_and_a_site_that_the_operator_named_may_ask()
    {
        await using TestStudio studio = await TestStudio.Start(options => options with { Origins = ["https://friend.example"] });
        _ = await studio.Json(HttpMethod.Get, "/api/v1/jobs", null, 200, ("Origin", studio.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)));
        using HttpRequestMessage request = new(HttpMethod.Options, "/api/v1/jobs");
        request.Headers.Add("Origin", "https://friend.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using HttpResponseMessage response = await studio.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("https://friend.example", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task A_request_without_Origin_that_a_browser_calls_cross_site_is_refused()
    {
        await using TestStudio studio = await TestStudio.Start();
        _ = await studio.Json(HttpMethod.Get, "/api/v1/jobs", null, 403, ("Sec-Fetch-Site", "cross-site"));
        _ = await studio.Json(HttpMethod.Get, "/api/v1/jobs", null, 200, ("Sec-Fetch-Site", "same-origin"));
    }

    [Fact]
    public async Task Every_answer_forbids_scripts_of_others_and_frames()
    {
        await using TestStudio studio = await TestStudio.Start();
        foreach (string path in (string[])["/", "/api/v1/jobs", "/nothing", "/openapi/v1.json", "/assets/../../studio.db"])
        {
            using HttpResponseMessage response = await studio.Client.GetAsync(path);
            string policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task Other_machines_are_let_in_only_with_users()
    {
        PareidoliaException open = await Assert.ThrowsAsync<PareidoliaException>(() => TestStudio.Start(options => options with { Listen = IPAddress.Any }));
        Assert.StartsWith("Listening on 0.0.0.0 lets other machines in: add --auth", open.Message, StringComparison.Ordinal);
        PareidoliaException empty = await Assert.ThrowsAsync<PareidoliaException>(() => TestStudio.Start(options => options with { Listen = IPAddress.Any, Auth = true }));
        Assert.StartsWith("--auth needs users", empty.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_log_in_by_cookie_by_token_and_as_the_web_ui_has_it()
    {
        using TemporaryFolder folder = new();
        string token = Users(folder);
        await using TestStudio studio = await TestStudio.Start(options => options with { Auth = true }, folder: folder.Path);
        _ = await studio.Get("/api/v1/jobs", 401);
        _ = await studio.Get("/healthz");
        Assert.True((await studio.Get("/api/v1/session")).GetProperty("authRequired").GetBoolean());
        _ = await studio.Post("/api/v1/session", new { user = "ada", password = "wrong password" }, 401);
        JsonElement session = await studio.Post("/api/v1/session", new { user = "ada", password = "right password" });
        Assert.Equal("admin", session.GetProperty("roles")[0].GetString());
        _ = await studio.Get("/api/v1/jobs");
        _ = await studio.Json(HttpMethod.Delete, "/api/v1/session", null, 204);
        _ = await studio.Get("/api/v1/jobs", 401);
        _ = await studio.Json(HttpMethod.Get, "/api/v1/jobs", null, 200, ("Authorization", $"Bearer {token}"));
        _ = await studio.Json(HttpMethod.Get, "/api/v1/jobs", null, 401, ("Authorization", $"Bearer {token}x"));
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("ada:right password"));
        _ = await studio.Json(HttpMethod.Get, "/sdapi/v1/samplers", null, 200, ("Authorization", $"Basic {basic}"));
        using HttpResponseMessage challenge = await studio.Client.GetAsync("/sdapi/v1/samplers");
        Assert.Equal("Basic", challenge.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_role_bounds_what_its_user_may_do_and_jobs_belong_to_who_made_them()
    {
        using TemporaryFolder folder = new();
        _ = Users(folder);
        Jobs.CountingJobs counting = new();
        await using TestStudio studio = await TestStudio.Start(options => options with { Auth = true, Models = [TinyModel.Lively] }, counting.AddTo, folder.Path);
        (string, string) viewer = Basic("vera"), artist = Basic("art"), other = Basic("otto"), admin = Basic("ada");
        _ = await studio.Json(HttpMethod.Post, "/api/v1/jobs", new { kind = "count", steps = 1 }, 403, viewer);
        JsonElement job = await studio.Json(HttpMethod.Post, "/api/v1/jobs", new { kind = "count", steps = 1 }, 202, artist);
        Assert.Equal("art", job.GetProperty("owner").GetString());
        string cancel = $"/api/v1/jobs/{job.GetProperty("id").GetString()}/cancel";
        _ = await studio.Json(HttpMethod.Post, cancel, "{}", 403, other);
        _ = await studio.Json(HttpMethod.Get, "/api/v1/audit", null, 403, artist);
        _ = await studio.Json(HttpMethod.Post, "/sdapi/v1/options", "{}", 403, artist);
        const string Keeping = """{"prompt": "a", "override_settings": {"CLIP_stop_at_last_layers": 2}, "override_settings_restore_afterwards": false}""";
        _ = await studio.Json(HttpMethod.Post, "/sdapi/v1/txt2img", Keeping, 403, artist);
        _ = await studio.Json(HttpMethod.Post, cancel, "{}", 200, admin);
    }

    [Fact]
    public async Task Deleted_pictures_are_brought_back_and_removed_by_their_owners_alone()
    {
        using TemporaryFolder folder = new();
        _ = Users(folder);
        await using TestStudio studio = await TestStudio.Start(options => options with { Auth = true }, new Jobs.CountingJobs().AddTo, folder.Path);
        (string, string) artist = Basic("art"), other = Basic("otto");
        JsonElement job = await studio.Json(HttpMethod.Post, "/api/v1/jobs", new { kind = "count", steps = 1 }, 202, artist);
        string picture = $"/api/v1/pictures/{studio.Part<PictureStore>().Add(job.GetProperty("id").GetString()!, 0, new Image(4, 4), null, "", null).Id}";
        _ = await studio.Json(HttpMethod.Delete, picture, null, 403, other);
        _ = await studio.Json(HttpMethod.Delete, picture, null, 204, artist);
        _ = await studio.Json(HttpMethod.Post, $"{picture}/restore", "{}", 403, other);
        _ = await studio.Json(HttpMethod.Delete, $"{picture}?deleted=true", null, 403, other);
        _ = await studio.Json(HttpMethod.Post, $"{picture}/restore", "{}", 200, artist);
        _ = await studio.Json(HttpMethod.Delete, picture, null, 204, artist);
        _ = await studio.Json(HttpMethod.Delete, $"{picture}?deleted=true", null, 204, Basic("ada"));
        string[] actions = [.. (await studio.Json(HttpMethod.Get, "/api/v1/audit", null, 200, Basic("ada"))).EnumerateArray().Select(line => line.GetProperty("action").GetString()!)];
        Assert.Equal(["picture removed for good", "picture deleted", "picture restored", "picture deleted"], actions.Where(action => action.StartsWith("picture", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Guessing_passwords_is_slowed_down()
    {
        using TemporaryFolder folder = new();
        _ = Users(folder);
        await using TestStudio studio = await TestStudio.Start(options => options with { Auth = true }, folder: folder.Path);
        for (int i = 0; i < 10; i++)
            _ = await studio.Post("/api/v1/session", new { user = "ada", password = $"guess number {i}" }, 401);
        _ = await studio.Post("/api/v1/session", new { user = "ada", password = "right password" }, 429);
    }

    [Fact]
    public async Task Nothing_of_passwords_and_tokens_is_in_the_database_but_hashes()
    {
        using TemporaryFolder folder = new();
        string token = Users(folder);
        string bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(folder["studio.db"]));
        Assert.DoesNotContain("right password", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(token[11..], bytes, StringComparison.Ordinal);
        Assert.Contains("pbkdf2-sha256$600000$", bytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_changes_from_one_address_are_answered_429_and_looking_is_free()
    {
        await using TestStudio studio = await TestStudio.Start(options => options with { ChangesPerSecond = 1 });
        int refused = 0;
        for (int i = 0; i < 40; i++)
        {
            using HttpResponseMessage response = await studio.Client.PostAsync("/api/v1/jobs", new StringContent("{}", new MediaTypeHeaderValue("application/json")));
            refused += response.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
        }
        Assert.InRange(refused, 5, 25);
        _ = await studio.Get("/api/v1/jobs");
    }

    [Fact]
    public async Task A_server_that_only_shows_changes_nothing()
    {
        await using TestStudio studio = await TestStudio.Start(options => options with { ReadOnly = true });
        _ = await studio.Post("/api/v1/jobs", new { kind = "generate", prompt = "a" }, 403);
        _ = await studio.Get("/api/v1/jobs");
    }

    private static (string, string) Basic(string name) => ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:right password"))}");

    private static string Users(TemporaryFolder folder)
    {
        using StudioUsers users = new(folder.Path);
        foreach ((string name, string role) in ((string, string)[])[("ada", "admin"), ("art", "artist"), ("otto", "artist"), ("vera", "viewer")])
            users.SetUser(name, "right password", role);
        return users.AddToken("ada", "a test");
    }
}
