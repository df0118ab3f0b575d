using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Server.Tests.Generate;
using Pareidolia.Tests;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Jobs;

/// <summary>The server is killed again and again at moments of chance: nothing that it had acknowledged is lost, and all pictures are as without it.</summary>
public sealed class KillTests
{
    // An upload that every studio of the test has.
    private const string Seen = "0123456789abcdef0123456789abcdef";

    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("PAREIDOLIA_KILLS") ?? "50");

    // Samplers that remember earlier steps, draw noise, choose their own steps; several pictures; two passes; a grid; a refiner and a ControlNet.
    private static readonly string[] s_orders =
    [
        """{"kind": "generate", "prompt": "a red apple", "seed": 1, "steps": 80, "sampler": "euler_ancestral"}""",
        """{"kind": "generate", "prompt": "a cat", "seed": 2, "steps": 60, "sampler": "dpmpp_2m_sde", "schedule": "karras", "count": 2, "previewEvery": 10}""",
        """{"kind": "generate", "prompt": "a bird", "seed": 3, "steps": 60, "sampler": "uni_pc"}""",
        """{"kind": "generate", "prompt": "a house", "seed": 4, "steps": 30, "sampler": "heun", "hires": {"scale": 2, "steps": 20}}""",
        """{"kind": "generate", "prompt": "a table", "seed": 5, "xyz": {"x": {"axis": "steps", "values": [10, 20, 30]}}}""",
        $$"""{"kind": "generate", "prompt": "a cat", "seed": 6, "steps": 40, "sampler": "dpmpp_2m", "refiner": {"model": "refiner"}, "controls": [{"model": "edges", "picture": "{{Seen}}"}]}""",
    ];

    private readonly System.Random _chance = new(1);
    private readonly Dictionary<string, int> _acknowledged = [];
    private readonly HashSet<string> _liked = [];
    private int _sent;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_every_picture_has_the_bytes_of_an_undisturbed_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        using TemporaryFolder folder = new();
        byte[][][] expected = await Undisturbed();
        Bring(folder);
        for (int kill = 0; kill < s_kills; kill++)
        {
            using ServerProcess server = Start(folder);
            Task death = Die(server, TimeSpan.FromMilliseconds(_chance.Next(1, 600)));
            await Work(server);
            await death;
        }
        using ServerProcess last = Start(folder);
        // The request that the last kill left without an answer may have been stored.
        await Work(last);
        await Compare(last, expected);
        Assert.Equal(0, last.Stop());
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*.tmp", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(folder["journals"]));
        TestContext.Current.TestOutputHelper?.WriteLine($"{s_kills} kills, {_acknowledged.Count} jobs, {_liked.Count} pictures that were liked");
    }

    [Fact]
    public async Task A_server_that_is_asked_to_end_leaves_its_job_for_the_next_start()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        using TemporaryFolder folder = new();
        string id;
        using (ServerProcess server = ServerProcess.Start(folder.Path, TinyModel.Lively))
        {
            id = (await server.TrySend(HttpMethod.Post, "/api/v1/jobs", """{"kind": "generate", "prompt": "a", "steps": 900, "sampler": "euler"}"""))!.Value.GetProperty("id").GetString()!;
            while ((await server.Get($"/api/v1/jobs/{id}")).GetProperty("state").GetString() != "running")
                await Task.Delay(10);
            Assert.Equal(0, server.Stop());
        }
        using ServerProcess next = ServerProcess.Start(folder.Path, TinyModel.Lively);
        Assert.Contains((await next.Get($"/api/v1/jobs/{id}")).GetProperty("state").GetString(), (string[])["queued", "running", "done"]);
    }

    private static ServerProcess Start(TemporaryFolder folder) =>
        ServerProcess.Start(folder.Path, TinyModel.Lively, "--model", TinyCompany.RefinerPath, "--models-dir", TinyCompany.Folder);

    private static void Bring(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["uploads"]);
        PngWriter.Write(folder[$"uploads/{Seen}.png"], TinyCompany.Edges());
    }

    private static async Task Die(ServerProcess server, TimeSpan after)
    {
        await Task.Delay(after);
        server.Kill();
    }

    // Submits until the server is gone. What was answered is acknowledged; a request without an answer is sent again to the next one, by its key.
    private async Task Work(ServerProcess server)
    {
        for (int i = 0; i < 2; i++)
        {
            int order = _sent % s_orders.Length;
            if (await server.TrySend(HttpMethod.Post, "/api/v1/jobs", s_orders[order], $"request {_sent}") is not JsonElement job)
                return;
            _acknowledged[job.GetProperty("id").GetString()!] = order;
            _sent++;
            await Like(server);
        }
    }

    private async Task Like(ServerProcess server)
    {
        JsonElement? page = await Try(() => server.Get("/api/v1/pictures?limit=1"));
        if (page is not { } found || found.GetProperty("items").GetArrayLength() == 0)
            return;
        string id = found.GetProperty("items")[0].GetProperty("id").GetString()!;
        if (await server.TrySend(HttpMethod.Patch, $"/api/v1/pictures/{id}", """{"favourite": true}""") is not null)
            _ = _liked.Add(id);
    }

    private async Task Compare(ServerProcess server, byte[][][] expected)
    {
        foreach ((string id, int order) in _acknowledged)
        {
            JsonElement job = await Done(server, id);
            string[] urls = [.. job.GetProperty("pictures").EnumerateArray().Select(picture => picture.GetProperty("url").GetString()!)];
            Assert.Equal(expected[order].Length, urls.Length);
            for (int i = 0; i < urls.Length; i++)
                Assert.Equal(expected[order][i], await server.Client.GetByteArrayAsync(urls[i]));
        }
        Assert.Equal(_acknowledged.Count, (await server.Get("/api/v1/jobs?limit=500")).GetProperty("items").GetArrayLength());
        foreach (string id in _liked)
            Assert.True((await server.Get($"/api/v1/pictures/{id}")).GetProperty("favourite").GetBoolean());
    }

    private static async Task<JsonElement> Done(ServerProcess server, string id)
    {
        for (int i = 0; i < 60_000; i++)
        {
            JsonElement job = await server.Get($"/api/v1/jobs/{id}");
            string state = job.GetProperty("state").GetString()!;
            if (state == "done")
                return job;
            Assert.Contains(state, (string[])["queued", "running"]);
            await Task.Delay(10);
        }
        throw new TimeoutException($"The job {id} is not done.");
    }

    private static async Task<byte[][][]> Undisturbed()
    {
        using TemporaryFolder folder = new();
        Bring(folder);
        await using TestStudio studio = await TinyCompany.Start(folder.Path);
        List<byte[][]> all = [];
        foreach (string order in s_orders)
        {
            string id = (await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!;
            JsonElement job = await studio.Wait(id, "done");
            List<byte[]> files = [];
            foreach (JsonElement picture in job.GetProperty("pictures").EnumerateArray())
                files.Add(await studio.Client.GetByteArrayAsync(picture.GetProperty("url").GetString()));
            all.Add([.. files]);
        }
        return [.. all];
    }

    private static async Task<JsonElement?> Try(Func<Task<JsonElement>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            return null;
        }
    }
}
