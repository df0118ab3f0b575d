using System.Text.Json.Nodes;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Graph;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Imaging;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Graph;

/// <summary>What single nodes do, on numbers that can be followed.</summary>
public sealed class NodeTests
{
    [Theory]
    [InlineData("KarrasScheduler", """{"steps": 3, "sigma_max": 10, "sigma_min": 1, "rho": 7}""", new[] { 10, 3.47483, 1, 0 })]
    [InlineData("ExponentialScheduler", """{"steps": 3, "sigma_max": 10, "sigma_min": 0.1}""", new[] { 10, 1, 0.1, 0 })]
    [InlineData("PolyexponentialScheduler", """{"steps": 3, "sigma_max": 10, "sigma_min": 0.1, "rho": 2}""", new[] { 10, 0.3162, 0.1, 0 })]
    [InlineData("VPScheduler", """{"steps": 1, "beta_d": 0, "beta_min": 1, "eps_s": 0.001}""", new[] { 1.3108, 0 })]
    [InlineData("AlignYourStepsScheduler", """{"model_type": "SD1", "steps": 10, "denoise": 0.3}""", new[] { 0.652, 0.399, 0.152, 0 })]
    [InlineData("SDTurboScheduler", """{"model": ["1", 0], "steps": 1, "denoise": 1}""", new[] { 14.6146, 0 })]
    [InlineData("BasicScheduler", """{"model": ["1", 0], "scheduler": "simple", "steps": 2, "denoise": 1}""", new[] { 14.6146, 1.61289, 0 })]
    public void Schedules_give_their_sigmas(string node, string inputs, double[] expected)
    {
        double[] levels = Sigmas(node, inputs);
        Assert.Equal(expected.Length, levels.Length);
        Assert.All(expected.Zip(levels), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * Math.Max(1, pair.First)));
    }

    [Fact]
    public void Split_sigmas_meet_and_flipped_ones_begin_above_nothing()
    {
        Assert.Equal([10, 1], Sigmas("SplitSigmas", """{"sigmas": ["2", 0], "step": 1}"""), Near);
        Assert.Equal([0.0001, 0.1, 1, 10], Sigmas("FlipSigmas", """{"sigmas": ["2", 0]}"""), Near);
    }

    [Fact]
    public void Masks_grow_shrink_fade_and_combine()
    {
        float[] point = new float[25];
        point[12] = 1;
        Tensor mask = Tensor.From(point, [1, 5, 5, 1]);
        Assert.Equal(5, MaskShares.Grown(mask, 1, tapered: true).ToArray().Sum());
        Assert.Equal(9, MaskShares.Grown(mask, 1, tapered: false).ToArray().Sum());
        Assert.Equal(1, MaskShares.Grown(MaskShares.Grown(mask, 1, tapered: false), -1, tapered: false).ToArray().Sum());
        Tensor white = Tensor.Full([1, 2, 4, 1], 1);
        Assert.Equal([0.5f, 1, 1, 1, 0.5f, 1, 1, 1], MaskShares.Feathered(white, 2, 0, 0, 0).ToArray());
        Tensor over = Tensor.Full([1, 1, 1, 1], 0.25);
        Assert.Equal([1, 0.25f, 1, 1, 1, 1, 1, 1], MaskShares.Combined(white, over, 1, 0, "multiply").ToArray());
        Assert.Equal([1, 0.75f, 1, 1, 1, 1, 1, 1], MaskShares.Combined(white, over, 1, 0, "subtract").ToArray());
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1], MaskShares.Combined(white, over, 9, 0, "xor").ToArray());
    }

    [Fact]
    public void Latents_turn_mirror_and_are_laid_over_each_other()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
        Assert.Equal([4, 1, 5, 2, 6, 3], Cells.Turned(x, 1).ToArray());
        Assert.Equal([6, 5, 4, 3, 2, 1], Cells.Turned(x, 2).ToArray());
        Assert.Equal([4, 5, 6, 1, 2, 3], Cells.Mirrored(x, 1).ToArray());
        Assert.Equal([3, 2, 1, 6, 5, 4], Cells.Mirrored(x, 2).ToArray());
        Tensor nines = Tensor.Full([1, 5, 2, 1], 9);
        Assert.Equal([1, 2, 9, 4, 5, 9], Cells.Pasted(x, nines, 2, 0).ToArray());
        // Over two cells from the left: half, then whole.
        Assert.Equal([1, 5.5f, 9, 4, 7, 9], Cells.Pasted(x, nines, 1, 0, feather: 2).ToArray());
    }

    [Fact]
    public void Bislerp_keeps_the_length_of_what_it_turns()
    {
        Tensor corner = Tensor.From([1f, 0, 0, 1], [1, 1, 2, 2]);
        float[] wide = Bislerp.To(corner, 4, 1).ToArray();
        foreach (float[] cell in wide.Chunk(2))
            Assert.Equal(1, Math.Sqrt((cell[0] * cell[0]) + (cell[1] * cell[1])), 1e-6);
        Assert.Equal(Math.Cos(Math.PI / 8), wide[2], 1e-6);
        Assert.Equal(Math.Sin(Math.PI / 8), wide[3], 1e-6);
    }

    [Theory]
    [InlineData("normal", 0.5, 100)]
    [InlineData("multiply", 1, 29)]
    [InlineData("screen", 1, 171)]
    [InlineData("overlay", 1, 59)]
    [InlineData("difference", 1, 0)]
    public void Pictures_blend(string mode, double share, int expected)
    {
        using TinyGraph tiny = new();
        Grey(tiny, "a.png", 50, 4);
        Grey(tiny, "b.png", 150, 4);
        JsonObject graph = Pair(GraphRunTests.Node(
            "ImageBlend", ("image1", GraphRunTests.Link("1")), ("image2", GraphRunTests.Link("2")), ("blend_factor", share), ("blend_mode", mode)));
        Assert.Equal(expected, tiny.Run(graph)[0].Pixels[0]);
    }

    [Fact]
    public void A_padded_picture_has_grey_room_and_a_mask_of_it()
    {
        using TinyGraph tiny = new();
        Grey(tiny, "a.png", 10, 16);
        JsonObject graph = new()
        {
            ["1"] = GraphRunTests.Node("LoadImage", ("image", "a.png")),
            ["2"] = GraphRunTests.Node("ImagePadForOutpaint", ("image", GraphRunTests.Link("1")), ("left", 8), ("top", 0), ("right", 0), ("bottom", 0), ("feathering", 0)),
            ["3"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("2"))),
            ["4"] = GraphRunTests.Node("MaskToImage", ("mask", GraphRunTests.Link("2", 1))),
            ["5"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("4"))),
        };
        Image[] made = tiny.Run(graph);
        Assert.Equal((24, 16), (made[0].Width, made[0].Height));
        Assert.Equal((128, 10), (made[0].Pixel(0, 0)[0], made[0].Pixel(8, 0)[0]));
        Assert.Equal((255, 0), (made[1].Pixel(7, 0)[0], made[1].Pixel(8, 0)[0]));
    }

    [Fact]
    public void What_is_transparent_becomes_the_mask()
    {
        using TinyGraph tiny = new();
        Image clear = new(2, 1, 4);
        (clear.Pixels[3], clear.Pixels[7]) = (255, 51);
        PngWriter.Write(Path.Combine(tiny.Folders.Input, "a.png"), clear);
        JsonObject graph = new()
        {
            ["1"] = GraphRunTests.Node("LoadImage", ("image", "a.png")),
            ["2"] = GraphRunTests.Node("MaskToImage", ("mask", GraphRunTests.Link("1", 1))),
            ["3"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("2"))),
        };
        Image mask = tiny.Run(graph)[0];
        Assert.Equal((0, 204), (mask.Pixel(0, 0)[0], mask.Pixel(1, 0)[0]));
    }

    [Theory]
    [InlineData("ConditioningSetArea", """{"conditioning": ["2", 0], "width": 64, "height": 64, "x": 0, "y": 0, "strength": 1}""", true)]
    [InlineData("ConditioningSetAreaPercentage", """{"conditioning": ["2", 0], "width": 0.5, "height": 1, "x": 0.5, "y": 0, "strength": 1}""", false)]
    [InlineData("ConditioningSetTimestepRange", """{"conditioning": ["2", 0], "start": 0, "end": 1}""", true)]
    [InlineData("ConditioningSetTimestepRange", """{"conditioning": ["2", 0], "start": 0, "end": 0.3}""", false)]
    [InlineData("ConditioningCombine", """{"conditioning_1": ["2", 0], "conditioning_2": ["2", 0]}""", true)]
    [InlineData("ConditioningCombine", """{"conditioning_1": ["2", 0], "conditioning_2": ["3", 0]}""", false)]
    [InlineData("ConditioningAverage", """{"conditioning_to": ["2", 0], "conditioning_from": ["3", 0], "conditioning_to_strength": 1}""", true)]
    [InlineData("ConditioningAverage", """{"conditioning_to": ["2", 0], "conditioning_from": ["3", 0], "conditioning_to_strength": 0.5}""", false)]
    [InlineData("ConditioningConcat", """{"conditioning_to": ["2", 0], "conditioning_from": ["3", 0]}""", false)]
    [InlineData("ConditioningZeroOut", """{"conditioning": ["2", 0]}""", false)]
    public void Texts_that_are_heard_elsewhere_or_otherwise_draw_another_picture(string node, string inputs, bool same)
    {
        using TinyGraph tiny = new();
        float[] plain = Shades(tiny.Run(TinyGraph.TextToImage()));
        JsonObject graph = TinyGraph.TextToImage();
        graph["20"] = new JsonObject { ["class_type"] = node, ["inputs"] = JsonNode.Parse(inputs) };
        graph["5"]!["inputs"]!["positive"] = GraphRunTests.Link("20");
        double difference = Shades(tiny.Run(graph)).Zip(plain, (a, b) => Math.Abs(a - b)).Max();
        // Averages of equal answers round differently.
        Assert.True(same ? difference <= 1 : difference > 1, $"The largest difference is {difference} shades.");
    }

    [Theory]
    [InlineData("RescaleCFG", """{"model": ["1", 0], "multiplier": 0.7}""")]
    [InlineData("PerturbedAttentionGuidance", """{"model": ["1", 0], "scale": 3}""")]
    [InlineData("SelfAttentionGuidance", """{"model": ["1", 0], "scale": 5, "blur_sigma": 2}""")]
    [InlineData("ModelSamplingDiscrete", """{"model": ["1", 0], "sampling": "v_prediction", "zsnr": true}""")]
    [InlineData("ModelSamplingDiscrete", """{"model": ["1", 0], "sampling": "lcm", "zsnr": false}""")]
    [InlineData("ModelSamplingDiscrete", """{"model": ["1", 0], "sampling": "img_to_img", "zsnr": false}""")]
    [InlineData("FreeU", """{"model": ["1", 0], "b1": 1.1, "b2": 1.2, "s1": 0.9, "s2": 0.2}""")]
    [InlineData("FreeU_V2", """{"model": ["1", 0], "b1": 1.3, "b2": 1.4, "s1": 0.9, "s2": 0.2}""")]
    [InlineData("PerpNeg", """{"model": ["1", 0], "empty_conditioning": ["30", 0], "neg_scale": 1}""")]
    public void Patches_of_a_model_change_what_it_draws_and_leave_the_model_as_it_is(string node, string inputs)
    {
        using TinyGraph tiny = new();
        // Large enough that the network's bottom has more than one pixel.
        JsonObject original = TinyGraph.TextToImage();
        original["30"] = GraphRunTests.Node("CLIPTextEncode", ("text", ""), ("clip", GraphRunTests.Link("1", 1)));
        (original["4"]!["inputs"]!["width"], original["4"]!["inputs"]!["height"]) = (128, 128);
        Image plain = tiny.Run(original)[0];
        JsonObject graph = original.DeepClone().AsObject();
        graph["20"] = new JsonObject { ["class_type"] = node, ["inputs"] = JsonNode.Parse(inputs) };
        graph["5"]!["inputs"]!["model"] = GraphRunTests.Link("20");
        Assert.NotEqual(plain.Pixels, tiny.Run(graph)[0].Pixels);
        Assert.Equal(plain.Pixels, tiny.Run(original)[0].Pixels);
    }

    [Fact]
    public void A_dual_guider_of_one_text_twice_is_a_plain_one()
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["10"] = GraphRunTests.Node("KSamplerSelect", ("sampler_name", "euler_ancestral"));
        graph["11"] = GraphRunTests.Node("BasicScheduler", ("model", GraphRunTests.Link("1")), ("scheduler", "normal"), ("steps", 3), ("denoise", 1));
        graph["12"] = GraphRunTests.Node("RandomNoise", ("noise_seed", 7));
        graph["13"] = GraphRunTests.Node("DualCFGGuider", ("model", GraphRunTests.Link("1")), ("cond1", GraphRunTests.Link("2")), ("cond2", GraphRunTests.Link("2")),
            ("negative", GraphRunTests.Link("3")), ("cfg_conds", 3), ("cfg_cond2_negative", 6), ("style", "regular"));
        graph["5"] = GraphRunTests.Node("SamplerCustomAdvanced", ("noise", GraphRunTests.Link("12")), ("guider", GraphRunTests.Link("13")), ("sampler", GraphRunTests.Link("10")),
            ("sigmas", GraphRunTests.Link("11")), ("latent_image", GraphRunTests.Link("4")));
        Assert.Equal(tiny.Run(TinyGraph.TextToImage())[0].Pixels, tiny.Run(graph)[0].Pixels);
    }

    [Theory]
    [InlineData("3", "20", false)]
    // Nothing of the way to a text that is the positive or the empty one is perpendicular to the positive.
    [InlineData("20", "3", false)]
    [InlineData("20", "20", true)]
    [InlineData("20", "2", true)]
    public void Of_a_negative_text_only_what_does_not_contradict_the_positive_acts(string empty, string negative, bool isPlain)
    {
        using TinyGraph tiny = new();
        JsonObject plain = TinyGraph.TextToImage(), guided = TinyGraph.TextToImage(), patched = TinyGraph.TextToImage();
        foreach (JsonObject graph in (JsonObject[])[plain, guided, patched])
            graph["20"] = GraphRunTests.Node("CLIPTextEncode", ("text", ""), ("clip", GraphRunTests.Link("1", 1)));
        plain["5"]!["inputs"]!["negative"] = GraphRunTests.Link(empty);
        patched["21"] = GraphRunTests.Node("PerpNeg", ("model", GraphRunTests.Link("1")), ("empty_conditioning", GraphRunTests.Link(empty)), ("neg_scale", 1.5));
        (patched["5"]!["inputs"]!["model"], patched["5"]!["inputs"]!["negative"]) = (GraphRunTests.Link("21"), GraphRunTests.Link(negative));
        guided["10"] = GraphRunTests.Node("KSamplerSelect", ("sampler_name", "euler_ancestral"));
        guided["11"] = GraphRunTests.Node("BasicScheduler", ("model", GraphRunTests.Link("1")), ("scheduler", "normal"), ("steps", 3), ("denoise", 1));
        guided["12"] = GraphRunTests.Node("RandomNoise", ("noise_seed", 7));
        guided["13"] = GraphRunTests.Node("PerpNegGuider", ("model", GraphRunTests.Link("1")), ("positive", GraphRunTests.Link("2")), ("negative", GraphRunTests.Link(negative)),
            ("empty_conditioning", GraphRunTests.Link(empty)), ("cfg", 6), ("neg_scale", 1.5));
        guided["5"] = GraphRunTests.Node("SamplerCustomAdvanced", ("noise", GraphRunTests.Link("12")), ("guider", GraphRunTests.Link("13")), ("sampler", GraphRunTests.Link("10")),
            ("sigmas", GraphRunTests.Link("11")), ("latent_image", GraphRunTests.Link("4")));
        float[] drawn = Shades(tiny.Run(guided));
        Assert.Equal(drawn, Shades(tiny.Run(patched)));
        Assert.Equal(isPlain, drawn.Zip(Shades(tiny.Run(plain)), (a, b) => Math.Abs(a - b)).Max() <= 1);
    }

    [Fact]
    public void Shades_of_a_mask_say_when_a_pixel_begins_to_change()
    {
        JsonConfig config = JsonConfig.Parse("""{"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}""", "a test");
        NoiseSchedule schedule = Scheduler.Load(config).TrainingSchedule();
        SamplingPlan plan = SamplerCatalog.Along(config, SamplerCatalog.Find("euler"), [schedule.Sigmas[999], schedule.Sigmas[499], 0], new SamplerOptions { Tool = SamplingTool.ComfyUi });
        Tensor mask = Tensor.From([0f, 0.25f, 0.5f, 1], [1, 1, 4, 1]);
        DifferentialMask whole = new(plan, 1), half = new(plan, 0.5);
        Assert.Equal([0, 0, 0, 1], whole.At(mask, plan.Levels[0]).ToArray());
        Assert.Equal([0, 0, 1, 1], whole.At(mask, plan.Levels[1]).ToArray());
        Assert.Equal([1, 1, 1, 1], whole.At(mask, plan.Levels[2]).ToArray());
        Assert.Equal([0, 0.125f, 0.25f, 1], half.At(mask, plan.Levels[0]).ToArray());
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(128, false)]
    public void A_white_mask_changes_as_it_does_without_differential_diffusion_and_a_grey_one_later(int shade, bool same)
    {
        using TinyGraph tiny = new();
        Grey(tiny, "start.png", 90, 64);
        Grey(tiny, "mask.png", shade, 64);
        JsonObject graph = TinyGraph.TextToImage();
        graph["8"] = GraphRunTests.Node("LoadImage", ("image", "start.png"));
        graph["9"] = GraphRunTests.Node("LoadImageMask", ("image", "mask.png"), ("channel", "red"));
        graph["10"] = GraphRunTests.Node("VAEEncode", ("pixels", GraphRunTests.Link("8")), ("vae", GraphRunTests.Link("1", 2)));
        graph["4"] = GraphRunTests.Node("SetLatentNoiseMask", ("samples", GraphRunTests.Link("10")), ("mask", GraphRunTests.Link("9")));
        Image plain = tiny.Run(graph)[0];
        graph["11"] = GraphRunTests.Node("DifferentialDiffusion", ("model", GraphRunTests.Link("1")));
        graph["5"]!["inputs"]!["model"] = GraphRunTests.Link("11");
        Assert.Equal(same, plain.Pixels.AsSpan().SequenceEqual(tiny.Run(graph)[0].Pixels));
    }

    [Theory]
    [InlineData("ModelMergeSimple", "unet", "model", 0)]
    [InlineData("CLIPMergeSimple", "text_encoder", "clip", 1)]
    public void Two_models_are_mixed_weight_by_weight(string node, string part, string input, int slot)
    {
        using TemporaryFolder folder = new();
        using TinyGraph tiny = new();
        // Of weights that are once and half as large, 0.6 of the one and 0.4 of the other are 0.8 times as large.
        foreach ((string name, float factor) in ((string, float)[])[("half", 0.5f), ("mixed", 0.8f)])
            tiny.Folders.AddCheckpoint(name, Scaled(folder[name], part, factor));
        JsonObject expected = TinyGraph.TextToImage(), mixed = TinyGraph.TextToImage();
        expected["20"] = GraphRunTests.Node("CheckpointLoaderSimple", ("ckpt_name", "mixed"));
        mixed["21"] = GraphRunTests.Node("CheckpointLoaderSimple", ("ckpt_name", "half"));
        mixed["20"] = GraphRunTests.Node(node, ($"{input}1", GraphRunTests.Link("1", slot)), ($"{input}2", GraphRunTests.Link("21", slot)), ("ratio", 0.6));
        Image plain = tiny.Run(TinyGraph.TextToImage())[0];
        Image[] drawn = [.. new[] { (expected, slot), (mixed, 0) }.Select(row => tiny.Run(From(row.Item1, row.Item2))[0])];
        Assert.True(Shades([drawn[0]]).Zip(Shades([drawn[1]]), (a, b) => Math.Abs(a - b)).Max() <= 1);
        Assert.NotEqual(plain.Pixels, drawn[1].Pixels);
        Assert.Equal(plain.Pixels, tiny.Run(TinyGraph.TextToImage())[0].Pixels);

        JsonObject From(JsonObject graph, int output)
        {
            foreach (string user in input == "model" ? ["5"] : (string[])["2", "3"])
                graph[user]!["inputs"]![input] = GraphRunTests.Link("20", output);
            return graph;
        }
    }

    // A copy of the tiny model in which all numbers of a network are some times as large.
    private static string Scaled(string folder, string part, float factor)
    {
        foreach (string file in Directory.EnumerateFiles(TinyGraph.Model, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(TinyGraph.Model, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            byte[] bytes = File.ReadAllBytes(file);
            // All of them are F32, behind a header that begins with its length.
            if (file.EndsWith(".safetensors", StringComparison.Ordinal) && Path.GetFileName(Path.GetDirectoryName(file)) == part)
                foreach (ref float value in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + (int)BitConverter.ToInt64(bytes))))
                    value *= factor;
            File.WriteAllBytes(copy, bytes);
        }
        return folder;
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-9;

    private static float[] Shades(Image[] images) => [.. images.SelectMany(image => image.Pixels).Select(value => (float)value)];

    private static void Grey(TinyGraph tiny, string name, int shade, int side)
    {
        Image image = new(side, side);
        Array.Fill(image.Pixels, (byte)shade);
        PngWriter.Write(Path.Combine(tiny.Folders.Input, name), image);
    }

    private static JsonObject Pair(JsonObject node) => new()
    {
        ["1"] = GraphRunTests.Node("LoadImage", ("image", "a.png")),
        ["2"] = GraphRunTests.Node("LoadImage", ("image", "b.png")),
        ["3"] = node,
        ["4"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("3"))),
    };

    // The sigmas that a node gives; node 2 is an exponential schedule 10, 1, 0.1, 0.
    private static double[] Sigmas(string node, string inputs)
    {
        using TemporaryFolder folder = new();
        GraphFolders folders = new(folder["in"], folder["out"], folder["temp"]);
        folders.AddCheckpoint("tiny", TinyGraph.Model);
        using LoadedWeights models = new(folders, null, _ => { });
        NodeRun run = new(folders, models, CancellationToken.None);
        Arguments Read(string kind, JsonObject values)
        {
            Arguments arguments = new();
            foreach (Pareidolia.Graph.Inputs.Input input in NodeCatalog.Find(kind)!.Inputs)
                if (input.Check(values[input.Name], folders, out object? read) is null)
                    arguments.Set(input.Name, read!);
            return arguments;
        }
        Arguments given = Read(node, JsonNode.Parse(inputs)!.AsObject());
        NodeResult exponential = NodeCatalog.Find("ExponentialScheduler")!.Run(
            Read("ExponentialScheduler", JsonNode.Parse("""{"steps": 3, "sigma_max": 10, "sigma_min": 0.1}""")!.AsObject()), run);
        given.Set("sigmas", exponential.Values[0]);
        given.Set("model", NodeCatalog.Find("CheckpointLoaderSimple")!.Run(Read("CheckpointLoaderSimple", new JsonObject { ["ckpt_name"] = "tiny" }), run).Values[0]);
        return [.. ((Pareidolia.Graph.Values.SigmasValue)NodeCatalog.Find(node)!.Run(given, run).Values[0]).Levels];
    }
}
