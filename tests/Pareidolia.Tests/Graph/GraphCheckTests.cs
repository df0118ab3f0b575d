using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Validation;

namespace Pareidolia.Tests.Graph;

/// <summary>What is wrong with graphs, under ComfyUI's names.</summary>
public sealed class GraphCheckTests
{
    [Theory]
    [InlineData("steps", "0", "value_smaller_than_min")]
    [InlineData("steps", "10001", "value_bigger_than_max")]
    [InlineData("steps", "\"many\"", "invalid_input_type")]
    [InlineData("steps", "null", "invalid_input_type")]
    [InlineData("steps", "{}", "invalid_input_type")]
    [InlineData("seed", "-1", "value_smaller_than_min")]
    [InlineData("seed", "18446744073709551616", "value_bigger_than_max")]
    [InlineData("cfg", "\"NaN\"", "invalid_input_type")]
    [InlineData("cfg", "1e400", "invalid_input_type")]
    [InlineData("cfg", "100.5", "value_bigger_than_max")]
    [InlineData("sampler_name", "\"eulr\"", "value_not_in_list")]
    [InlineData("sampler_name", "4", "value_not_in_list")]
    [InlineData("model", "\"1\"", "bad_linked_input")]
    [InlineData("model", "[\"1\"]", "bad_linked_input")]
    [InlineData("model", "[\"1\", 0.5]", "bad_linked_input")]
    [InlineData("model", "[\"1\", 3]", "bad_linked_input")]
    [InlineData("model", "[\"99\", 0]", "bad_linked_input")]
    [InlineData("model", "[\"1\", 1]", "return_type_mismatch")]
    [InlineData("steps", "[\"4\", 0]", "return_type_mismatch")]
    public void A_wrong_input_is_named(string input, string value, string type)
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["5"]!["inputs"]![input] = JsonNode.Parse(value);
        GraphCheck check = tiny.Runner.Check(new GraphPrompt(graph));
        Assert.Equal("prompt_outputs_failed_validation", check.Fault!.Type);
        FaultyNode node = check.Nodes["5"];
        Assert.Equal(("KSampler", "7"), (node.Class, Assert.Single(node.DependentOutputs)));
        NodeFault fault = Assert.Single(node.Faults);
        Assert.Equal(type, fault.Type);
        Assert.Equal(input, fault.Extra["input_name"]!.GetValue<string>());
        Assert.Contains(input, check.Fault.Details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seed", "18446744073709551615")]
    [InlineData("steps", "\"20\"")]
    [InlineData("cfg", "7")]
    [InlineData("steps", "3.0")]
    public void What_ComfyUI_takes_is_taken(string input, string value)
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["5"]!["inputs"]![input] = JsonNode.Parse(value);
        Assert.Null(tiny.Runner.Check(new GraphPrompt(graph)).Fault);
    }

    [Fact]
    public void Missing_inputs_are_all_named()
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["5"]!.AsObject()["inputs"] = new JsonObject();
        NodeFault[] faults = [.. tiny.Runner.Check(new GraphPrompt(graph)).Nodes["5"].Faults];
        Assert.All(faults, fault => Assert.Equal("required_input_missing", fault.Type));
        Assert.Equal(10, faults.Length);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_with_those_that_are()
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["1"]!["inputs"]!["ckpt_name"] = "v1-5.safetensors";
        NodeFault fault = Assert.Single(tiny.Runner.Check(new GraphPrompt(graph)).Nodes["1"].Faults);
        Assert.Equal("ckpt_name: 'v1-5.safetensors' not in ['tiny']", fault.Details);
    }

    [Theory]
    [InlineData("missing.png")]
    [InlineData("../secret.png")]
    [InlineData("/etc/hostname")]
    [InlineData("secret.png [elsewhere]")]
    public void A_picture_outside_of_the_folders_is_none(string name)
    {
        using TinyGraph tiny = new();
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(tiny.Folders.Input)!, "secret.png"), "secret");
        JsonObject graph = new()
        {
            ["1"] = GraphRunTests.Node("LoadImage", ("image", name)), ["2"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("1"))),
        };
        Assert.Equal("custom_validation_failed", Assert.Single(tiny.Runner.Check(new GraphPrompt(graph)).Nodes["1"].Faults).Type);
    }

    [Fact]
    public void A_circle_is_named_node_by_node()
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["8"] = GraphRunTests.Node("LatentUpscaleBy", ("samples", GraphRunTests.Link("5")), ("upscale_method", "area"), ("scale_by", 1.5));
        graph["5"]!["inputs"]!["latent_image"] = GraphRunTests.Link("8");
        GraphCheck check = tiny.Runner.Check(new GraphPrompt(graph));
        NodeFault fault = Assert.Single(check.Nodes["5"].Faults);
        Assert.Equal("exception_during_inner_validation", fault.Type);
        Assert.Contains("5 -> 8 -> 5", fault.Details, StringComparison.Ordinal);
        _ = Assert.Throws<PareidoliaException>(() => tiny.Outcome(graph));
    }

    [Fact]
    public void Nodes_without_a_known_kind_end_the_whole_graph()
    {
        using TinyGraph tiny = new();
        JsonObject unknown = TinyGraph.TextToImage(), nameless = TinyGraph.TextToImage();
        unknown["6"]!["class_type"] = "VAEDecodeMagic";
        _ = nameless["6"]!.AsObject().Remove("class_type");
        Assert.Equal("Cannot execute because node VAEDecodeMagic does not exist.", tiny.Runner.Check(new GraphPrompt(unknown)).Fault!.Message);
        Assert.Equal("Node ID '#6'", tiny.Runner.Check(new GraphPrompt(nameless)).Fault!.Details);
        Assert.Equal("prompt_no_outputs", tiny.Runner.Check(new GraphPrompt([])).Fault!.Type);
    }

    [Fact]
    public void A_sound_output_runs_beside_a_faulty_one()
    {
        using TinyGraph tiny = new();
        JsonObject graph = new()
        {
            ["1"] = GraphRunTests.Node("SolidMask", ("value", 1), ("width", 8), ("height", 8)),
            ["2"] = GraphRunTests.Node("MaskToImage", ("mask", GraphRunTests.Link("1"))),
            ["3"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("2"))),
            ["4"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("1"))),
        };
        GraphCheck check = tiny.Runner.Check(new GraphPrompt(graph));
        Assert.Null(check.Fault);
        Assert.Equal(["3"], check.Outputs);
        Assert.Equal(["4"], check.Nodes.Keys);
        _ = Assert.Single(tiny.Run(graph));
    }

    [Fact]
    public void A_chain_of_thousands_of_nodes_is_no_danger()
    {
        using TinyGraph tiny = new();
        JsonObject graph = new() { ["0"] = GraphRunTests.Node("SolidMask", ("value", 1), ("width", 1), ("height", 1)) };
        const int Length = 20_000;
        for (int i = 1; i <= Length; i++)
            graph[$"{i}"] = GraphRunTests.Node("InvertMask", ("mask", GraphRunTests.Link($"{i - 1}")));
        graph["a"] = GraphRunTests.Node("MaskToImage", ("mask", GraphRunTests.Link($"{Length}")));
        graph["b"] = GraphRunTests.Node("PreviewImage", ("images", GraphRunTests.Link("a")));
        Assert.Equal(255, tiny.Run(graph)[0].Pixels[0]);
    }
}
