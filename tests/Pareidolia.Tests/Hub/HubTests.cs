using System.Text.Json.Nodes;
using Pareidolia.Hub;

namespace Pareidolia.Tests.Hub;

/// <summary>Pulling from a hub that works, and from hubs that do not.</summary>
public sealed class HubTests : IDisposable
{
    private static readonly HubName s_name = HubName.Parse("someone/a-model");

    private readonly TemporaryFolder _folder = new();
    private readonly TinyHub _hub = new();

    public HubTests()
    {
        _hub.Files["model_index.json"] = "{}"u8.ToArray();
        _hub.Files["unet/config.json"] = "{\"a\": 1}"u8.ToArray();
        _hub.Files["unet/diffusion_pytorch_model.safetensors"] = Bytes(200_000);
    }

    private HubCache Cache => new(_folder.Path);

    public void Dispose()
    {
        _hub.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Files_come_whole_in_the_layout_that_others_read()
    {
        string snapshot = Pull();
        string root = _folder["models--someone--a-model"];
        Assert.Equal(Path.Combine(root, "snapshots", TinyHub.Commit), snapshot);
        Assert.Equal(TinyHub.Commit, File.ReadAllText(Path.Combine(root, "refs", "main")));
        foreach ((string path, byte[] content) in _hub.Files)
        {
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(snapshot, path)));
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(root, "blobs", TinyHub.HashOf(content))));
        }
        string? link = new FileInfo(Path.Combine(snapshot, "unet", "config.json")).LinkTarget;
        Assert.Equal(Path.Combine("..", "..", "..", "blobs", TinyHub.HashOf(_hub.Files["unet/config.json"])), link);
        CachedModel model = Assert.Single(Cache.Models);
        Assert.Equal("someone/a-model", model.Name);
        Assert.Equal(["main"], model.Revisions);
        Assert.Equal(_hub.Files.Values.Sum(content => (long)content.Length) + TinyHub.Commit.Length, model.Bytes);
        // What is there is not asked for again.
        int before = _hub.Requests.Count;
        Pull();
        Assert.Equal(before + 1, _hub.Requests.Count);
        Assert.Equal(model.Bytes, Cache.Remove(s_name));
        Assert.Null(Cache.Snapshot(s_name));
        Assert.Contains("There is no model someone/a-model", Message(() => Cache.Remove(s_name)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_breaks_is_taken_up_where_it_broke()
    {
        _hub.Cut = (60_000, 3);
        long told = 0;
        string snapshot = Pull(progress: bytes => told += bytes);
        Assert.Equal(_hub.Files["unet/diffusion_pytorch_model.safetensors"], File.ReadAllBytes(Path.Combine(snapshot, "unet", "diffusion_pytorch_model.safetensors")));
        Assert.Equal(_hub.Files.Values.Sum(content => (long)content.Length), told);
        Assert.Contains(_hub.Requests, request => request.Contains("bytes=60000-", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(_hub.Requests, request => request.Contains("bytes=180000-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void What_a_pull_could_not_finish_the_next_one_does()
    {
        _hub.Cut = (30_000, 5);
        Assert.Contains("What came is kept", Message(() => Pull()), StringComparison.Ordinal);
        Assert.Null(Cache.Snapshot(s_name));
        _hub.Requests.Clear();
        Assert.NotNull(Pull());
        Assert.Contains(_hub.Requests, request => request.Contains("bytes=150000-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_server_without_ranges_starts_again()
    {
        (_hub.Cut, _hub.IgnoresRanges) = ((60_000, 2), true);
        Assert.Equal(_hub.Files["unet/diffusion_pytorch_model.safetensors"], File.ReadAllBytes(Path.Combine(Pull(), "unet", "diffusion_pytorch_model.safetensors")));
    }

    [Fact]
    public void A_busy_server_is_asked_again()
    {
        string snapshot;
        using (HubClient client = new(Settings()))
        {
            HubDownload download = new(client, Cache, TimeSpan.Zero);
            HubRevision plan = download.Plan(s_name, [], TestContext.Current.CancellationToken);
            _hub.Busy = 3;
            snapshot = download.Pull(s_name, plan, null, TestContext.Current.CancellationToken);
        }
        Assert.True(File.Exists(Path.Combine(snapshot, "model_index.json")));
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("size")]
    [InlineData("blobId")]
    public void What_is_not_as_told_is_thrown_away(string lie)
    {
        _hub.Tampering = list =>
        {
            JsonObject small = list["siblings"]![1]!.AsObject(), large = list["siblings"]![2]!.AsObject();
            if (lie == "sha256")
                large["lfs"]!["sha256"] = new string('b', 64);
            else if (lie == "size")
                large["size"] = 150_000;
            else
                small["blobId"] = new string('b', 40);
        };
        string message = Message(() => Pull());
        Assert.Matches("did not come as the hub told|The hub tells two hashes", message);
        Assert.Null(Cache.Snapshot(s_name));
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories), file => File.ReadAllBytes(file).Length > 140_000);
    }

    [Fact]
    public void A_hub_that_lists_no_hashes_tells_them_with_the_file()
    {
        _hub.Tampering = list =>
        {
            foreach (JsonNode? file in list["siblings"]!.AsArray())
                foreach (string key in (string[])["size", "lfs", "blobId"])
                    _ = file!.AsObject().Remove(key);
        };
        string snapshot = Pull();
        foreach ((string path, byte[] content) in _hub.Files)
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(snapshot, path)));
    }

    [Theory]
    [InlineData("../../escaped.json")]
    [InlineData("/etc/escaped.json")]
    [InlineData("unet/../../../escaped.json")]
    [InlineData("unet\\..\\escaped.json")]
    [InlineData("C:escaped.json")]
    [InlineData("unet//escaped.json")]
    [InlineData("unet/./escaped.json")]
    [InlineData("escaped\n.json")]
    [InlineData("")]
    public void A_hostile_name_is_refused_before_anything_is_written(string path)
    {
        _hub.Tampering = list => list["siblings"]![1]!["rfilename"] = path;
        Assert.Contains("whose name is not safe", Message(() => Pull()), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("sha", "\"../../x\"", "a commit that is no hash")]
    [InlineData("sha", "7", "cannot be read")]
    [InlineData("siblings", "null", "cannot be read")]
    [InlineData("siblings", "[{}]", "cannot be read")]
    public void A_list_that_makes_no_sense_is_refused(string key, string value, string why)
    {
        _hub.Tampering = list => list[key] = JsonNode.Parse(value);
        Assert.Contains(why, Message(() => Pull()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "", null, "localhost has no public model someone/a-model (401); no token was sent: set HF_TOKEN.")]
    [InlineData(401, "", "t", "localhost has no public model someone/a-model (401); the token that was sent may not see it.")]
    [InlineData(403, "GatedRepo", "t", "is gated: accept its terms at")]
    [InlineData(403, "", null, "(403)")]
    [InlineData(404, "RevisionNotFound", null, "someone/a-model has no revision 'main'")]
    [InlineData(404, "RepoNotFound", null, "localhost has no someone/a-model (404).")]
    [InlineData(500, "", null, "localhost answered 500 for someone/a-model.")]
    public void Refusals_say_what_to_do(int status, string code, string? token, string why)
    {
        _hub.Refusal = (status, code);
        Assert.Contains(why, Message(() => Pull(token: token)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_token_goes_to_the_hub_and_not_to_where_it_leads()
    {
        Pull(token: "secret");
        Assert.Contains(_hub.Requests, request => request.Contains("/resolve/", StringComparison.Ordinal) && request.Contains("Bearer secret", StringComparison.Ordinal));
        string store = Assert.Single(_hub.Requests, request => request.Contains("Host: 127.0.0.1", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", store, StringComparison.Ordinal);
    }

    [Fact]
    public void Redirects_in_circles_or_to_other_schemes_end()
    {
        _hub.Elsewhere = $"{_hub.Address}someone/a-model/resolve/{TinyHub.Commit}/unet/diffusion_pytorch_model.safetensors";
        Assert.Contains("leads in circles", Message(() => Pull()), StringComparison.Ordinal);
        _hub.Elsewhere = "file:///etc/passwd";
        Assert.Contains("which is not followed", Message(() => Pull()), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_needed_to_draw_is_chosen()
    {
        foreach (string path in (string[])[
            "README.md", "picture.png", "whole.safetensors", "whole.ckpt", "unet/diffusion_pytorch_model.fp16.safetensors", "unet/diffusion_pytorch_model.bin",
            "vae/config.json", "vae/diffusion_pytorch_model.bin", "tokenizer/merges.txt", "text_encoder/model.fp16.safetensors",
            "text_encoder/flax_model.msgpack", "safety_checker/model.safetensors", "text_encoder/pytorch_model.bin.index.json"])
            _hub.Files[path] = [.. System.Text.Encoding.UTF8.GetBytes(path)];
        Assert.Equal(
            ["model_index.json", "text_encoder/model.fp16.safetensors", "tokenizer/merges.txt", "unet/config.json", "unet/diffusion_pytorch_model.safetensors",
                "vae/config.json", "vae/diffusion_pytorch_model.bin"],
            Plan([]).Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal(["whole.ckpt", "whole.safetensors"], Plan(["whole.*"]).Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.Contains("None of the 16 files of someone/a-model fits x*", Message(() => Plan(["x*"])), StringComparison.Ordinal);
    }

    [Fact]
    public void What_other_programs_pulled_is_found()
    {
        string root = _folder["models--other--thing"], snapshot = Path.Combine(root, "snapshots", TinyHub.Commit);
        Directory.CreateDirectory(Path.Combine(snapshot, "tokenizer"));
        Directory.CreateDirectory(Path.Combine(root, "refs", "refs", "pr"));
        File.WriteAllText(Path.Combine(root, "refs", "refs", "pr", "1"), TinyHub.Commit);
        File.WriteAllText(Path.Combine(snapshot, "tokenizer", "vocab.json"), "{\"<|startoftext|>\": 0}");
        File.WriteAllText(Path.Combine(snapshot, "tokenizer", "merges.txt"), "");
        Directory.CreateDirectory(_folder["datasets--other--thing"]);
        Directory.CreateDirectory(_folder["models--gpt2"]);
        Assert.Equal(snapshot, Cache.Snapshot(HubName.Parse("other/thing@refs/pr/1")));
        Assert.Equal(snapshot, Cache.Snapshot(HubName.Parse($"other/thing@{TinyHub.Commit}")));
        Assert.Null(Cache.Snapshot(HubName.Parse("other/thing")));
        Assert.Equal(["refs/pr/1"], Assert.Single(Cache.Models).Revisions);
        Assert.Equal(Path.Combine(snapshot, "tokenizer"), Cache.FindTokenizer());
    }

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("A-1.b_2/c@refs/pr/3", "A-1.b_2/c@refs/pr/3")]
    [InlineData("a", null)]
    [InlineData("a/b/c", null)]
    [InlineData("../b", null)]
    [InlineData("a/..", null)]
    [InlineData("a--b/c", null)]
    [InlineData("a/b@../x", null)]
    [InlineData("a b/c", null)]
    [InlineData("./models/x", null)]
    public void Names_are_owner_and_name(string text, string? read) => Assert.Equal(read, HubName.TryParse(text)?.ToString());

    [Fact]
    public void The_environment_says_where_and_who()
    {
        Dictionary<string, string> set = new() { ["HF_HOME"] = _folder.Path };
        File.WriteAllText(_folder["token"], "from-file\n");
        HubSettings settings = HubSettings.FromEnvironment(set.GetValueOrDefault);
        Assert.Equal(("https://huggingface.co/", _folder["hub"], "from-file", false), (settings.Endpoint.ToString(), settings.CacheFolder, settings.Token, settings.Offline));
        (set["HF_TOKEN"], set["HF_HUB_CACHE"], set["HF_ENDPOINT"], set["HF_HUB_OFFLINE"]) = ("t", "/c", "https://mirror.example/hub", "1");
        settings = HubSettings.FromEnvironment(set.GetValueOrDefault);
        Assert.Equal(("https://mirror.example/hub/", "/c", "t", true), (settings.Endpoint.ToString(), settings.CacheFolder, settings.Token, settings.Offline));
        set["HF_ENDPOINT"] = "mirror";
        Assert.Contains("HF_ENDPOINT is 'mirror'", Message(() => HubSettings.FromEnvironment(set.GetValueOrDefault)), StringComparison.Ordinal);
        using HubClient offline = new(settings);
        Assert.Contains("HF_HUB_OFFLINE is set", Message(() => offline.Revision(s_name)), StringComparison.Ordinal);
        using HubClient nobody = new(new HubSettings(new Uri("http://localhost:1/"), _folder.Path));
        Assert.Contains("localhost cannot be reached", Message(() => nobody.Revision(s_name)), StringComparison.Ordinal);
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new System.Random(1).NextBytes(bytes);
        return bytes;
    }

    private static string Message(Func<object?> act) => Assert.Throws<PareidoliaException>(act).Message;

    private HubSettings Settings(string? token = null) => new(_hub.Address, _folder.Path, token);

    private HubRevision Plan(string[] patterns)
    {
        using HubClient client = new(Settings());
        return new HubDownload(client, Cache, TimeSpan.Zero).Plan(s_name, patterns);
    }

    private string Pull(Action<long>? progress = null, string? token = null)
    {
        using HubClient client = new(Settings(token));
        HubDownload download = new(client, Cache, TimeSpan.Zero);
        return download.Pull(s_name, download.Plan(s_name, []), progress);
    }
}
