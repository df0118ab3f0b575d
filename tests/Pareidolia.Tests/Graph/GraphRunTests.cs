using System.Text.Json.Nodes;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Graph;
using Pareidolia.Graph.Running;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Tests.Graph;

/// <summary>Graphs draw what <c>generate</c> draws in ComfyUI's noise mode, byte for byte; and what is known is not computed again.</summary>
public sealed class GraphRunTests
{
    [Theory]
    [InlineData("euler", "normal")]
    [InlineData("euler_ancestral", "karras")]
    [InlineData("dpm_2", "simple")]
    [InlineData("dpmpp_2m", "karras")]
    [InlineData("dpmpp_sde", "exponential")]
    [InlineData("dpmpp_2m_sde_gpu", "sgm_uniform")]
    [InlineData("uni_pc", "beta")]
    [InlineData("ddim", "ddim_uniform")]
    [InlineData("euler_cfg_pp", "kl_optimal")]
    public void From_text_a_graph_draws_the_pictures_of_generate(string sampler, string schedule)
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage("a (photo:1.3) of a cat", seed: 11, count: 2);
        (graph["5"]!["inputs"]!["sampler_name"], graph["5"]!["inputs"]!["scheduler"]) = (sampler, schedule);
        GenerateSettings settings = Settings("a (photo:1.3) of a cat", $"{sampler} {schedule}") with { Seed = 11, Count = 2 };
        AssertSame(Generated(settings), tiny.Run(graph));
    }

    [Fact]
    public void From_a_picture_a_graph_draws_the_pictures_of_generate()
    {
        using TinyGraph tiny = new();
        Image start = Gradient(64, 64);
        PngWriter.Write(Path.Combine(tiny.Folders.Input, "start.png"), start);
        JsonObject graph = TinyGraph.TextToImage();
        graph["8"] = Node("LoadImage", ("image", "start.png"));
        graph["4"] = Node("VAEEncode", ("pixels", Link("8")), ("vae", Link("1", 2)));
        graph["5"]!["inputs"]!["denoise"] = 0.6;
        GenerateSettings settings = Settings("a photo of a cat", "euler_ancestral normal") with
        {
            Seed = 7,
            Source = new SourcePicture(start) { Strength = 0.6 },
        };
        AssertSame(Generated(settings), tiny.Run(graph));
    }

    [Fact]
    public void A_part_that_is_painted_anew_is_that_of_generate()
    {
        using TinyGraph tiny = new();
        Image start = Gradient(64, 64), mask = new(64, 64, 1);
        for (int y = 16; y < 48; y++)
            mask.Row(y)[24..56].Fill(255);
        PngWriter.Write(Path.Combine(tiny.Folders.Input, "start.png"), start);
        PngWriter.Write(Path.Combine(tiny.Folders.Input, "mask.png"), mask);
        JsonObject graph = TinyGraph.TextToImage();
        graph["8"] = Node("LoadImage", ("image", "start.png"));
        graph["9"] = Node("LoadImageMask", ("image", "mask.png"), ("channel", "red"));
        graph["4"] = Node("VAEEncodeForInpaint", ("pixels", Link("8")), ("vae", Link("1", 2)), ("mask", Link("9")), ("grow_mask_by", 6));
        GenerateSettings settings = Settings("a photo of a cat", "euler_ancestral normal") with
        {
            Seed = 7,
            Source = new SourcePicture(start) { Strength = 1, Mask = mask, Masking = new MaskRules { Grow = 6 } },
        };
        Image drawn = tiny.Run(graph)[0], expected = Generated(settings)[0];
        // Within the mask: outside, generate puts the picture's own pixels back. What is to be painted is the shade 128 of 255 to generate, and the
        // exact middle here, as in ComfyUI: that comes to a shade here and there.
        for (int y = 20; y < 44; y++)
            for (int x = 28 * 3; x < 52 * 3; x++)
                Assert.InRange(Math.Abs(expected.Row(y)[x] - drawn.Row(y)[x]), 0, 2);
        Assert.NotEqual(expected.Pixels, Generated(settings with { Seed = 8 })[0].Pixels);
    }

    [Fact]
    public void The_samplers_of_parts_draw_what_the_whole_one_does()
    {
        using TinyGraph tiny = new();
        JsonObject custom = TinyGraph.TextToImage();
        custom["10"] = Node("KSamplerSelect", ("sampler_name", "euler_ancestral"));
        custom["11"] = Node("BasicScheduler", ("model", Link("1")), ("scheduler", "normal"), ("steps", 3), ("denoise", 1));
        custom["12"] = Node("RandomNoise", ("noise_seed", 7));
        custom["13"] = Node("CFGGuider", ("model", Link("1")), ("positive", Link("2")), ("negative", Link("3")), ("cfg", 6));
        custom["5"] = Node("SamplerCustomAdvanced", ("noise", Link("12")), ("guider", Link("13")), ("sampler", Link("10")), ("sigmas", Link("11")), ("latent_image", Link("4")));
        AssertSame(tiny.Run(TinyGraph.TextToImage()), tiny.Run(custom));
    }

    [Fact]
    public void Two_samplers_that_share_the_steps_draw_what_one_does()
    {
        using TinyGraph tiny = new();
        // A sampler without noise in its steps, so that two streams of noise are not to be told apart.
        JsonObject whole = TinyGraph.TextToImage(), shared = TinyGraph.TextToImage();
        whole["5"]!["inputs"]!["sampler_name"] = "euler";
        shared["5"] = Advanced(("start_at_step", 0), ("end_at_step", 2), ("add_noise", "enable"), ("return_with_leftover_noise", "enable"), ("latent_image", Link("4")));
        shared["14"] = Advanced(("start_at_step", 2), ("end_at_step", 10000), ("add_noise", "disable"), ("return_with_leftover_noise", "disable"), ("latent_image", Link("5")));
        shared["6"]!["inputs"]!["samples"] = Link("14");
        AssertSame(tiny.Run(whole), tiny.Run(shared));

        static JsonObject Advanced(params (string, JsonNode)[] own) => Node("KSamplerAdvanced",
        [
            ("model", Link("1")), ("noise_seed", 7), ("steps", 3), ("cfg", 6), ("sampler_name", "euler"), ("scheduler", "normal"), ("positive", Link("2")),
            ("negative", Link("3")), .. own,
        ]);
    }

    [Fact]
    public void A_picture_of_a_batch_keeps_the_noise_of_its_place()
    {
        using TinyGraph tiny = new();
        Image[] both = tiny.Run(TinyGraph.TextToImage(count: 2));
        JsonObject second = TinyGraph.TextToImage(count: 2);
        second["15"] = Node("LatentFromBatch", ("samples", Link("4")), ("batch_index", 1), ("length", 1));
        (second["5"]!["inputs"]!["latent_image"], second["5"]!["inputs"]!["sampler_name"]) = (Link("15"), "euler");
        JsonObject all = TinyGraph.TextToImage(count: 2);
        all["5"]!["inputs"]!["sampler_name"] = "euler";
        Assert.Equal(tiny.Run(all)[1].Pixels, tiny.Run(second)[0].Pixels);
        Assert.NotEqual(both[0].Pixels, both[1].Pixels);
    }

    [Fact]
    public void Room_is_asked_for_before_weights_are_loaded()
    {
        using TinyGraph graph = new();
        List<long> asked = [];
        graph.Runner.MakeRoom = asked.Add;
        graph.Run(TinyGraph.TextToImage());
        long bytes = Assert.Single(asked);
        Assert.InRange(bytes, 1, long.MaxValue);
        Assert.Equal(bytes, graph.Runner.WeightBytes);
        graph.Run(TinyGraph.TextToImage("a dog"));
        Assert.Single(asked);
        graph.Runner.Free(models: true);
        Assert.Equal(0, graph.Runner.WeightBytes);
    }

    [Fact]
    public void What_has_not_changed_is_not_computed_again()
    {
        using TinyGraph tiny = new();
        Image first = tiny.Run(TinyGraph.TextToImage())[0];
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], tiny.Begun.Order());
        // The same once more: nothing runs, and the picture is shown again.
        Assert.Equal(first.Pixels, tiny.Run(TinyGraph.TextToImage())[0].Pixels);
        Assert.Empty(tiny.Begun);
        Assert.Equal("7", Assert.Single(tiny.Events.OfType<NodeShowed>()).Node);
        // Another seed: from the sampler on.
        Image other = tiny.Run(TinyGraph.TextToImage(seed: 8))[0];
        Assert.Equal(["5", "6", "7"], tiny.Begun);
        Assert.Equal(["1", "2", "3", "4"], tiny.Events.OfType<NodesCached>().Single().Nodes.Order());
        Assert.NotEqual(first.Pixels, other.Pixels);
        // And back: what the last run did not need is forgotten.
        _ = tiny.Run(TinyGraph.TextToImage());
        Assert.Equal(["5", "6", "7"], tiny.Begun);
        tiny.Runner.Free(models: true);
        Assert.Equal(first.Pixels, tiny.Run(TinyGraph.TextToImage())[0].Pixels);
        Assert.Equal(7, tiny.Begun.Count());
    }

    [Fact]
    public void A_picture_that_changes_in_its_place_is_read_again()
    {
        using TinyGraph tiny = new();
        string file = Path.Combine(tiny.Folders.Input, "in.png");
        JsonObject graph = new() { ["1"] = Node("LoadImage", ("image", "in.png")), ["2"] = Node("ImageInvert", ("image", Link("1"))), ["3"] = Node("PreviewImage", ("images", Link("2"))) };
        PngWriter.Write(file, Gradient(8, 8));
        Image first = tiny.Run(graph)[0];
        Image changed = Gradient(8, 8);
        changed.Pixels[0] = 200;
        PngWriter.Write(file, changed);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(5));
        Image second = tiny.Run(graph)[0];
        Assert.Equal((byte)(255 - Gradient(8, 8).Pixels[0]), first.Pixels[0]);
        Assert.Equal(55, second.Pixels[0]);
    }

    [Fact]
    public void Progress_and_previews_come_step_by_step_and_a_run_can_be_interrupted()
    {
        using TinyGraph tiny = new();
        _ = tiny.Run(TinyGraph.TextToImage(), new GraphRunSettings { Previews = true });
        Assert.Equal([(1, 3), (2, 3), (3, 3)], tiny.Events.OfType<NodeProgress>().Select(progress => (progress.Value, progress.Most)));
        Assert.Equal(3, tiny.Events.OfType<NodePreview>().Count());
        Assert.All(tiny.Events.OfType<NodePreview>(), preview => Assert.Equal((64, 64), (preview.Picture.Width, preview.Picture.Height)));

        using CancellationTokenSource interruption = new();
        List<GraphEvent> events = [];
        GraphOutcome outcome = tiny.Runner.Run(new GraphPrompt(TinyGraph.TextToImage(seed: 9)), new GraphRunSettings(), happening =>
        {
            events.Add(happening);
            if (happening is NodeProgress { Value: 2 })
                interruption.Cancel();
        }, interruption.Token);
        Assert.Equal(new GraphFailure("5", "KSampler", null), outcome.Failure);
        Assert.Equal(2, events.OfType<NodeProgress>().Count());
        // The next graph runs as if nothing had happened.
        Assert.Equal(tiny.Run(TinyGraph.TextToImage(seed: 9))[0].Pixels, Generated(Settings("a photo of a cat", "euler_ancestral normal") with { Seed = 9 })[0].Pixels);
    }

    [Fact]
    public void A_node_that_fails_is_named_and_the_next_graph_runs()
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["4"] = Node("EmptyLatentImage", ("width", 68), ("height", 64), ("batch_size", 1));
        GraphOutcome outcome = tiny.Outcome(graph);
        Assert.Equal("5", outcome.Failure!.Node);
        Assert.Contains("multiples of", outcome.Failure.Error!.Message, StringComparison.Ordinal);
        _ = tiny.Run(TinyGraph.TextToImage());
    }

    [Theory]
    [InlineData("EmptyLatentImage", """{"width": 64, "height": 64, "batch_size": 3}""")]
    [InlineData("EmptyLatentImage", """{"width": 64, "height": 72, "batch_size": 1}""")]
    [InlineData("EmptyLatentImage", """{"width": 16384, "height": 16384, "batch_size": 4096}""")]
    [InlineData("RepeatLatentBatch", """{"samples": ["3", 0], "amount": 3}""")]
    [InlineData("LatentBatch", """{"samples1": ["3", 0], "samples2": ["4", 0]}""")]
    [InlineData("LatentUpscale", """{"samples": ["3", 0], "upscale_method": "bilinear", "width": 72, "height": 0, "crop": "disabled"}""")]
    [InlineData("LatentUpscaleBy", """{"samples": ["3", 0], "upscale_method": "bilinear", "scale_by": 1.5}""")]
    [InlineData("SolidMask", """{"value": 1, "width": 16384, "height": 16384}""")]
    [InlineData("ImageBatch", """{"image1": ["2", 0], "image2": ["5", 0]}""")]
    [InlineData("ImageScale", """{"image": ["2", 0], "upscale_method": "area", "width": 0, "height": 65, "crop": "disabled"}""")]
    [InlineData("ImageScaleBy", """{"image": ["2", 0], "upscale_method": "area", "scale_by": 8}""")]
    [InlineData("ImageScaleToTotalPixels", """{"image": ["2", 0], "upscale_method": "area", "megapixels": 16}""")]
    [InlineData("ImagePadForOutpaint", """{"image": ["2", 0], "left": 8, "top": 0, "right": 0, "bottom": 0, "feathering": 0}""")]
    public void What_is_more_or_larger_than_a_run_may_make_is_refused_before_it_is_made(string kind, string inputs)
    {
        using TinyGraph tiny = new();
        JsonObject graph = new()
        {
            ["1"] = Node("SolidMask", ("value", 0.5), ("width", 64), ("height", 64)), ["2"] = Node("MaskToImage", ("mask", Link("1"))),
            ["3"] = Node("EmptyLatentImage", ("width", 64), ("height", 64), ("batch_size", 1)),
            ["4"] = Node("RepeatLatentBatch", ("samples", Link("3")), ("amount", 2)), ["5"] = Node("ImageBatch", ("image1", Link("2")), ("image2", Link("2"))),
            ["6"] = new JsonObject { ["class_type"] = kind, ["inputs"] = JsonNode.Parse(inputs) },
        };
        (string type, string end) = NodeCatalog.Find(kind)!.Outputs[0].Type switch
        {
            "LATENT" => ("VAEDecode", "samples"),
            "MASK" => ("MaskToImage", "mask"),
            _ => ("ImageInvert", "image"),
        };
        graph["7"] = Node("CheckpointLoaderSimple", ("ckpt_name", "tiny"));
        graph["8"] = type == "VAEDecode" ? Node(type, (end, Link("6")), ("vae", Link("7", 2))) : Node(type, (end, Link("6")));
        graph["9"] = Node("PreviewImage", ("images", Link("8")));
        GraphOutcome outcome = tiny.Outcome(graph, new GraphRunSettings { MostPixels = 64 * 64, MostPictures = 2 });
        Assert.Equal(("6", kind), (outcome.Failure?.Node, outcome.Failure?.Class));
        Assert.Contains("this run makes at most 2 pictures at a time, each of at most 4096 pixels", outcome.Failure!.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_name_files_and_not_where_they_lie()
    {
        using TinyGraph tiny = new();
        string input = tiny.Folders.Input, models = Path.GetDirectoryName(TinyGraph.Model)!;
        Assert.Equal("'a.png' and 'pipeline' of input", tiny.Folders.WithoutFolders($"'{input}/a.png' and '{models}/pipeline' of {input}"));
        File.WriteAllBytes(Path.Combine(input, "broken.png"), [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]);
        JsonObject graph = new() { ["1"] = Node("LoadImage", ("image", "broken.png")), ["2"] = Node("PreviewImage", ("images", Link("1"))) };
        Assert.DoesNotContain(input, tiny.Outcome(graph).Failure!.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_pictures_hold_the_graph_and_the_front_ends_own()
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        Image image = tiny.Run(graph, new GraphRunSettings { ExtraInfo = new JsonObject { ["workflow"] = new JsonObject { ["nodes"] = new JsonArray() } } })[0];
        Assert.True(JsonNode.DeepEquals(graph, JsonNode.Parse(image.Texts["prompt"])));
        Assert.Equal("""{"nodes":[]}""", image.Texts["workflow"]);
        GraphPicture saved = tiny.Outcome(TinyGraph.TextToImage(seed: 3)).Outputs["7"][0];
        Assert.Equal(new GraphPicture("cat_00002_.png", "", "output"), saved);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("/tmp/escape")]
    [InlineData("a/../../escape")]
    public void A_prefix_that_leads_out_of_the_folder_is_refused(string prefix)
    {
        using TinyGraph tiny = new();
        JsonObject graph = new() { ["1"] = Node("SolidMask", ("value", 0.5), ("width", 8), ("height", 8)), ["2"] = Node("MaskToImage", ("mask", Link("1"))) };
        graph["3"] = Node("SaveImage", ("images", Link("2")), ("filename_prefix", prefix));
        GraphOutcome outcome = tiny.Outcome(graph);
        Assert.Contains("leads out of the output folder", outcome.Failure!.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(tiny.Folders.Output));
    }

    /// <summary>A node in the API's form.</summary>
    internal static JsonObject Node(string kind, params (string Name, JsonNode Value)[] inputs)
    {
        JsonObject values = [];
        foreach ((string name, JsonNode value) in inputs)
            values[name] = value;
        return new JsonObject { ["class_type"] = kind, ["inputs"] = values };
    }

    /// <summary>A link to an output.</summary>
    internal static JsonArray Link(string node, int slot = 0) => [node, slot];

    private static GenerateSettings Settings(string prompt, string sampler) => new()
    {
        Prompt = prompt, Negative = "blurry", Steps = 3, Guidance = 6, Width = 64, Height = 64, Sampler = SamplerChoice.Parse(sampler),
        Dialect = PromptDialect.ComfyUi, Noise = new NoiseSettings { Mode = NoiseMode.ComfyUi },
    };

    private static IReadOnlyList<Image> Generated(GenerateSettings settings)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyGraph.Model);
        return pipeline.Generate(settings);
    }

    private static Image Gradient(int width, int height)
    {
        Image image = new(width, height);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)((i * 7 / 3) % 256);
        return image;
    }

    private static void AssertSame(IReadOnlyList<Image> expected, IReadOnlyList<Image> drawn)
    {
        Assert.Equal(expected.Count, drawn.Count);
        foreach ((Image left, Image right) in expected.Zip(drawn))
            Assert.Equal(left.Pixels, right.Pixels);
    }
}
