using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Imaging;
using Pareidolia.Tests;

namespace Pareidolia.Server.Tests.Comfy;

/// <summary>ComfyUI's API: what clients hear, what is kept, what is refused.</summary>
public sealed partial class ComfyApiTests
{
    /// <summary>The tiny model's folder.</summary>
    internal static readonly string s_model = Path.Combine(RepositoryRoot.Golden, "sd-tiny", "pipeline");

    [Fact]
    public async Task A_prompt_is_heard_from_start_to_success_and_stands_in_the_history()
    {
        await using TestStudio studio = await Start();
        await using ComfyClient client = await ComfyClient.Connect(studio, "me");
        JsonElement queued = await studio.Post("/prompt", new { prompt = Graph(), client_id = "me", extra_data = new { extra_pnginfo = new { workflow = new { nodes = Array.Empty<int>() } } } });
        string id = queued.GetProperty("prompt_id").GetString()!;
        Assert.Equal("{}", queued.GetProperty("node_errors").GetRawText());
        Assert.Equal("{}", (await studio.Get($"/history/{Guid.NewGuid()}")).GetRawText());
        _ = await client.UntilOver(id);

        string[] heard = [.. client.Messages.Select(message => message.Type).Where(type => type is not ("status" or "progress_state"))];
        Assert.Equal(["execution_start", "execution_cached", "executing"], heard[..3]);
        Assert.Equal(["executed", "execution_success", "executing"], heard[^3..]);
        Assert.Equal(7, client.Messages.Count(message => message.Type == "executing" && message.Data.GetProperty("node").ValueKind == JsonValueKind.String));
        Assert.Equal([1, 2, 3], client.Messages.Where(message => message.Type == "progress").Select(message => message.Data.GetProperty("value").GetInt32()));
        Assert.Equal(3, client.Frames.Count);
        Assert.All(client.Frames, frame => Assert.Equal((1, 2), (BinaryPrimitives.ReadInt32BigEndian(frame), BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)))));
        Assert.Equal((64, 64), Size(PngReader.Read(client.Frames[0].AsSpan(8), "preview")));

        await studio.Wait(JobOf(id), "done");
        JsonElement entry = (await studio.Get($"/history/{id}")).GetProperty(id);
        Assert.Equal("success", entry.GetProperty("status").GetProperty("status_str").GetString());
        Assert.Equal("execution_start", entry.GetProperty("status").GetProperty("messages")[0][0].GetString());
        Assert.Equal(id, entry.GetProperty("prompt")[1].GetString());
        JsonElement saved = entry.GetProperty("outputs").GetProperty("7").GetProperty("images")[0];
        Image picture = PngReader.Read(await studio.Client.GetByteArrayAsync($"/view?filename={saved.GetProperty("filename")}&type={saved.GetProperty("type")}"), "picture");
        Assert.Equal((64, 64), Size(picture));
        Assert.True(JsonNode.DeepEquals(Graph(), JsonNode.Parse(picture.Texts["prompt"])));
        Assert.Equal("""{"nodes":[]}""", picture.Texts["workflow"]);
        // The studio's own gallery has it too.
        Assert.Equal("a photo of a cat", (await studio.Get("/api/v1/pictures")).GetProperty("items")[0].GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Clients_that_can_get_previews_with_metadata_and_what_is_known_is_not_computed_again()
    {
        await using TestStudio studio = await Start();
        await using ComfyClient client = await ComfyClient.Connect(studio, "new", """{"type": "feature_flags", "data": {"supports_preview_metadata": true}}""");
        _ = await client.Until((type, _) => type == "feature_flags");
        string first = await Queue(studio, Graph(), "new");
        _ = await client.UntilOver(first);
        byte[] frame = client.Frames[0];
        int length = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
        JsonElement metadata = JsonElement.Parse(frame.AsSpan(8, length));
        Assert.Equal((4, "5", first), (BinaryPrimitives.ReadInt32BigEndian(frame), metadata.GetProperty("node_id").GetString(), metadata.GetProperty("prompt_id").GetString()));

        client.Messages.Clear();
        string second = await Queue(studio, Graph(), "new");
        _ = await client.UntilOver(second);
        JsonElement cached = client.Messages.First(message => message.Type == "execution_cached").Data;
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], cached.GetProperty("nodes").EnumerateArray().Select(node => node.GetString()!).Order());
        Assert.Contains(client.Messages, message => message.Type == "executed");
        Assert.DoesNotContain(client.Messages, message => message.Type == "progress");
    }

    [Fact]
    public async Task Faults_come_in_ComfyUIs_form_and_the_queue_lives_on()
    {
        await using TestStudio studio = await Start();
        JsonElement missing = await studio.Post("/prompt", new { }, 400);
        Assert.Equal("no_prompt", missing.GetProperty("error").GetProperty("type").GetString());
        foreach ((string broken, string type) in Broken())
        {
            JsonElement refused = await studio.Post("/prompt", $$"""{"prompt": {{broken}}}""", 400);
            JsonElement error = refused.GetProperty("error");
            Assert.Equal(type, refused.GetProperty("node_errors").EnumerateObject().Select(node => node.Value.GetProperty("errors")[0].GetProperty("type").GetString())
                .FirstOrDefault() ?? error.GetProperty("type").GetString());
            Assert.NotEmpty(error.GetProperty("message").GetString()!);
            Assert.Equal(JsonValueKind.Object, error.GetProperty("extra_info").ValueKind);
        }
        foreach (string odd in (string[])["""{"prompt": {"1": {"class_type": "\ud800", "inputs": {}}}}""", """{"prompt": {"1": {}, "1": {}}}""", "[]", "{", """{"prompt": {"\udfff": 1}}"""])
            Assert.NotEmpty((await studio.Post("/prompt", odd, 400)).GetProperty("error").GetProperty("message").GetString()!);
        Assert.Equal(0, (await studio.Get("/prompt")).GetProperty("exec_info").GetProperty("queue_remaining").GetInt32());
        await studio.Wait(JobOf(await Queue(studio, Graph(), "me")), "done");
    }

    [Fact]
    public async Task A_node_that_fails_is_explained_and_the_next_prompt_runs()
    {
        await using TestStudio studio = await Start();
        await using ComfyClient client = await ComfyClient.Connect(studio, "me");
        JsonObject graph = Graph();
        graph["4"]!["inputs"]!["width"] = 68;
        string failing = await Queue(studio, graph, "me"), next = await Queue(studio, Graph(), "me");
        JsonElement error = await client.Until((type, _) => type == "execution_error");
        Assert.Equal(("5", "KSampler"), (error.GetProperty("node_id").GetString(), error.GetProperty("node_type").GetString()));
        Assert.Contains("multiples of", error.GetProperty("exception_message").GetString()!, StringComparison.Ordinal);
        await studio.Wait(JobOf(failing), "failed");
        await studio.Wait(JobOf(next), "done");
        JsonElement status = (await studio.Get($"/history/{failing}")).GetProperty(failing).GetProperty("status");
        Assert.Equal(("error", false), (status.GetProperty("status_str").GetString(), status.GetProperty("completed").GetBoolean()));
    }

    [Fact]
    public async Task A_running_prompt_is_interrupted_and_waiting_ones_are_taken_out()
    {
        await using TestStudio studio = await Start();
        await using ComfyClient client = await ComfyClient.Connect(studio, "me");
        JsonObject graph = Graph();
        graph["5"]!["inputs"]!["steps"] = 1000;
        string running = await Queue(studio, graph, "me"), waiting = await Queue(studio, Graph(), "me"), other = await Queue(studio, Graph(), "me");
        _ = await client.Until((type, _) => type == "progress");
        JsonElement queue = await studio.Get("/queue");
        Assert.Equal(running, queue.GetProperty("queue_running")[0][1].GetString());
        Assert.Equal([waiting, other], queue.GetProperty("queue_pending").EnumerateArray().Select(item => item[1].GetString()!));
        await using (ComfyClient again = await ComfyClient.Connect(studio, "me"))
            Assert.Equal(running, (await again.Until((type, _) => type == "executing")).GetProperty("prompt_id").GetString());
        await Send(studio, "/queue", new { delete = new[] { waiting } });
        JsonElement taken = await client.Until((type, _) => type == "execution_interrupted");
        Assert.Equal((waiting, 0), (taken.GetProperty("prompt_id").GetString(), taken.GetProperty("executed").GetArrayLength()));
        // Who means another prompt does not end this one.
        await Send(studio, "/interrupt", new { prompt_id = other });
        Assert.Equal("running", (await studio.Get($"/api/v1/jobs/{JobOf(running)}")).GetProperty("state").GetString());
        await Send(studio, "/interrupt", new { });
        JsonElement interrupted = await client.Until((type, _) => type == "execution_interrupted");
        Assert.Equal(("5", running), (interrupted.GetProperty("node_id").GetString(), interrupted.GetProperty("prompt_id").GetString()));
        await studio.Wait(JobOf(running), "cancelled");
        await studio.Wait(JobOf(waiting), "cancelled");
        await studio.Wait(JobOf(other), "done");
        Assert.Equal(2, client.Messages.Count(message => message.Type == "execution_interrupted"));
        // What never began has no history; what began and was ended has.
        Assert.Equal("{}", (await studio.Get($"/history/{waiting}")).GetRawText());
        Assert.Equal([running, other], (await studio.Get("/history")).EnumerateObject().Select(entry => entry.Name));
    }

    [Fact]
    public async Task Memory_is_let_go_of_after_the_graph_that_runs_and_nobody_waits_for_it()
    {
        await using TestStudio studio = await Start();
        await using ComfyClient client = await ComfyClient.Connect(studio, "me");
        JsonObject graph = Graph();
        graph["5"]!["inputs"]!["steps"] = 1000;
        string running = await Queue(studio, graph, "me");
        _ = await client.Until((type, _) => type == "progress");
        await Send(studio, "/free", new { unload_models = true });
        Assert.Equal("running", (await studio.Get($"/api/v1/jobs/{JobOf(running)}")).GetProperty("state").GetString());
        Assert.NotEqual(0, studio.Part<Pareidolia.Graph.GraphRunner>().WeightBytes);
        await Send(studio, "/interrupt", new { });
        await studio.Wait(JobOf(running), "cancelled");
        Assert.Equal(0, studio.Part<Pareidolia.Graph.GraphRunner>().WeightBytes);
    }

    [Fact]
    public async Task What_comes_with_a_prompt_is_kept_with_it_but_for_keys_to_other_services()
    {
        await using TestStudio studio = await Start();
        object extra = new { extra_pnginfo = new { workflow = new { id = "w" } }, preview_method = "auto", api_key_comfy_org = "secret" };
        JsonElement queued = await studio.Post("/prompt", new { prompt = Graph(), client_id = "me", number = 5.5, extra_data = extra });
        Assert.Equal(5.5, queued.GetProperty("number").GetDouble());
        string id = queued.GetProperty("prompt_id").GetString()!;
        await studio.Wait(JobOf(id), "done");
        JsonElement item = (await studio.Get($"/history/{id}")).GetProperty(id).GetProperty("prompt");
        Assert.Equal(5.5, item[0].GetDouble());
        Assert.Equal("""{"preview_method":"auto","extra_pnginfo":{"workflow":{"id":"w"}},"client_id":"me"}""", item[3].GetRawText());
        Assert.True((await studio.Post("/prompt", new { prompt = Graph(), front = true })).GetProperty("number").GetDouble() < 0);
    }

    [Fact]
    public async Task A_graph_has_the_bounds_of_the_server_and_its_errors_do_not_say_where_files_lie()
    {
        using TemporaryFolder models = new();
        Directory.CreateDirectory(models["checkpoints"]);
        await File.WriteAllTextAsync(models["checkpoints/broken.safetensors"], "no weights");
        await using TestStudio studio = await TestStudio.Start(options => options with { Models = [s_model], ModelsFolder = models.Path, MostPictures = 3 });
        JsonObject broken = Graph(), many = Graph();
        broken["1"]!["inputs"]!["ckpt_name"] = "broken.safetensors";
        many["4"]!["inputs"]!["batch_size"] = 4;
        string error = (await studio.Wait(JobOf(await Queue(studio, broken, "me")), "failed")).GetProperty("error").GetString()!;
        Assert.Contains("broken.safetensors", error, StringComparison.Ordinal);
        Assert.DoesNotContain(models.Path, error, StringComparison.Ordinal);
        error = (await studio.Wait(JobOf(await Queue(studio, many, "me")), "failed")).GetProperty("error").GetString()!;
        Assert.StartsWith("EmptyLatentImage (4): 4 of 64x64 pixels", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_studio_describes_itself_as_ComfyUI_does_and_also_below_api()
    {
        await using TestStudio studio = await Start();
        JsonElement nodes = await studio.Get("/api/object_info");
        Assert.Equal("pipeline", nodes.GetProperty("CheckpointLoaderSimple").GetProperty("input").GetProperty("required").GetProperty("ckpt_name")[0][0].GetString());
        Assert.Equal("KSampler", Assert.Single((await studio.Get("/object_info/KSampler")).EnumerateObject()).Name);
        Assert.Equal("{}", (await studio.Get("/object_info/Unknown")).GetRawText());
        Assert.Equal("cpu", (await studio.Get("/system_stats")).GetProperty("devices")[0].GetProperty("type").GetString());
        Assert.Contains("loras", (await studio.Get("/models")).EnumerateArray().Select(folder => folder.GetString()));
        Assert.Equal("pipeline", Assert.Single((await studio.Get("/models/checkpoints")).EnumerateArray()).GetString());
        foreach (string path in (string[])["/embeddings", "/extensions", "/features", "/users", "/userdata", "/settings", "/workflow_templates", "/i18n", "/history"])
            _ = await studio.Get(path);
    }

    [Fact]
    public async Task Prompts_that_the_client_names_are_found_by_that_name_and_the_history_can_be_cleared()
    {
        await using TestStudio studio = await Start();
        JsonElement queued = await studio.Post("/prompt", new { prompt = Graph(), prompt_id = "my own name" });
        Assert.Equal("my own name", queued.GetProperty("prompt_id").GetString());
        JsonElement job = (await studio.Get("/api/v1/jobs?kind=graph")).GetProperty("items")[0];
        await studio.Wait(job.GetProperty("id").GetString()!, "done");
        Assert.True((await studio.Get("/history/my%20own%20name")).TryGetProperty("my own name", out _));
        Assert.Equal("my own name", Assert.Single((await studio.Get("/history?max_items=5")).EnumerateObject()).Name);
        await Send(studio, "/history", new { delete = new[] { "my own name" } });
        Assert.Equal("{}", (await studio.Get("/history")).GetRawText());
    }

    [Fact]
    public async Task A_job_of_our_own_API_takes_a_workflow_and_says_what_is_wrong_with_one()
    {
        await using TestStudio studio = await Start();
        const string Workflow = """
            {"nodes": [{"id": 1, "type": "SolidMask", "widgets_values": [0.5, 8, 8]}, {"id": 2, "type": "MaskToImage", "inputs": [{"name": "mask", "type": "MASK", "link": 1}]},
             {"id": 3, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 2}], "widgets_values": ["grey"]}],
             "links": [[1, 1, 0, 2, 0, "MASK"], [2, 2, 0, 3, 0, "IMAGE"]], "version": 0.4}
            """;
        JsonElement job = await studio.Post("/api/v1/jobs", $$"""{"kind": "graph", "workflow": {{Workflow}}}""", 202);
        job = await studio.Wait(job.GetProperty("id").GetString()!, "done");
        Assert.Equal(8, job.GetProperty("pictures")[0].GetProperty("width").GetInt32());
        JsonElement refused = await studio.Post("/api/v1/jobs", """{"kind": "graph", "prompt": {"1": {"class_type": "SolidMask", "inputs": {}}}}""", 400);
        Assert.Equal("Prompt has no outputs", refused.GetProperty("title").GetString());
        _ = await studio.Post("/api/v1/jobs", """{"kind": "graph"}""", 400);
    }

    [Theory]
    [InlineData("\"mode\": 0.5", 0)]
    [InlineData("\"mode\": 1e99", 0)]
    [InlineData("\"mode\": 4", -1)]
    [InlineData("\"mode\": 4", 4294967295)]
    public async Task A_workflow_with_odd_numbers_is_no_error_of_the_program(string mode, long slot)
    {
        await using TestStudio studio = await Start();
        string workflow = $$"""
            {"nodes": [{"id": 1, "type": "SolidMask", {{mode}}, "widgets_values": [0.5, 8, 8], "inputs": [{"name": "x", "type": "MASK", "link": 9}], "outputs": [{"name": "MASK", "type": "MASK"}]},
             {"id": 2, "type": "MaskToImage", "inputs": [{"name": "mask", "type": "MASK", "link": 1}]}, {"id": 3, "type": "SaveImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 2}]}],
             "links": [[1, 1, {{slot}}, 2, 0, "MASK"], [2, 2, 0, 3, 0, "IMAGE"]]}
            """;
        _ = await studio.Post("/api/v1/jobs", $$"""{"kind": "graph", "workflow": {{workflow}}}""", 400);
    }

    private static IEnumerable<(string Graph, string Type)> Broken()
    {
        yield return ("{}", "prompt_no_outputs");
        yield return ("""{"1": 5}""", "invalid_prompt");
        yield return ("""{"1": {"inputs": {}}}""", "invalid_prompt");
        yield return ("""{"1": {"class_type": "Magic", "inputs": {}}}""", "invalid_prompt");
        yield return (Changed("steps", "0"), "value_smaller_than_min");
        yield return (Changed("steps", "1e99"), "invalid_input_type");
        yield return (Changed("sampler_name", "\"magic\""), "value_not_in_list");
        yield return (Changed("latent_image", "[\"1\", 0]"), "return_type_mismatch");
        yield return (Changed("latent_image", "[\"77\", 0]"), "bad_linked_input");
        JsonObject circle = Graph();
        circle["8"] = JsonNode.Parse("""{"class_type": "LatentUpscaleBy", "inputs": {"samples": ["5", 0], "upscale_method": "area", "scale_by": 1}}""");
        circle["5"]!["inputs"]!["latent_image"] = new JsonArray("8", 0);
        yield return (circle.ToJsonString(), "exception_during_inner_validation");
    }

    private static string Changed(string input, string value)
    {
        JsonObject graph = Graph();
        graph["5"]!["inputs"]![input] = JsonNode.Parse(value);
        return graph.ToJsonString();
    }

    /// <summary>A picture from text by the tiny model.</summary>
    internal static JsonObject Graph() => JsonNode.Parse("""
        {
          "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "pipeline"}},
          "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a photo of a cat", "clip": ["1", 1]}},
          "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["1", 1]}},
          "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
          "5": {"class_type": "KSampler", "inputs": {"model": ["1", 0], "seed": 7, "steps": 3, "cfg": 6, "sampler_name": "euler", "scheduler": "normal",
                "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0], "denoise": 1.0}},
          "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
          "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "cat"}}
        }
        """)!.AsObject();

    private static Task<TestStudio> Start() => TestStudio.Start(options => options with { Models = [s_model] });

    private static async Task<string> Queue(TestStudio studio, JsonObject graph, string client) =>
        (await studio.Post("/prompt", new { prompt = graph, client_id = client })).GetProperty("prompt_id").GetString()!;

    private static async Task Send(TestStudio studio, string path, object body) => _ = await studio.Post(path, body);

    private static string JobOf(string promptId) => Guid.Parse(promptId).ToString("N");
}
