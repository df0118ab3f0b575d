using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Workflow;

namespace Pareidolia.Tests.Graph;

/// <summary>Graphs as ComfyUI's page saves them.</summary>
public sealed class WorkflowFileTests
{
    private const string Nodes = """
        {"id": 1, "type": "CheckpointLoaderSimple", "mode": 0, "outputs": [{"name": "MODEL", "type": "MODEL"}, {"name": "CLIP", "type": "CLIP"}, {"name": "VAE", "type": "VAE"}],
         "widgets_values": ["tiny"]},
        {"id": 2, "type": "CLIPTextEncode", "mode": 0, "inputs": [{"name": "clip", "type": "CLIP", "link": 1}], "widgets_values": ["a photo of a cat"]},
        {"id": 3, "type": "CLIPTextEncode", "mode": 0, "inputs": [{"name": "clip", "type": "CLIP", "link": 2}, {"name": "text", "type": "STRING", "link": 12, "widget": {"name": "text"}}],
         "widgets_values": ["overwritten"]},
        {"id": 4, "type": "EmptyLatentImage", "mode": 0, "widgets_values": [64, 64, 1]},
        {"id": 5, "type": "KSampler", "mode": 0, "title": "draw", "inputs": [{"name": "model", "type": "MODEL", "link": 3}, {"name": "positive", "type": "CONDITIONING", "link": 4},
         {"name": "negative", "type": "CONDITIONING", "link": 5}, {"name": "latent_image", "type": "LATENT", "link": 6}],
         "widgets_values": [7, "randomize", 3, 6, "euler_ancestral", "normal", 1]},
        {"id": 6, "type": "VAEDecode", "mode": 0, "inputs": [{"name": "samples", "type": "LATENT", "link": 8}, {"name": "vae", "type": "VAE", "link": 9}]},
        {"id": 7, "type": "SaveImage", "mode": 0, "inputs": [{"name": "images", "type": "IMAGE", "link": 11}], "widgets_values": ["cat"]},
        {"id": 8, "type": "Reroute", "mode": 0, "inputs": [{"name": "", "type": "*", "link": 7}], "outputs": [{"name": "", "type": "LATENT"}]},
        {"id": 9, "type": "ImageInvert", "mode": 4, "inputs": [{"name": "image", "type": "IMAGE", "link": 10}], "outputs": [{"name": "IMAGE", "type": "IMAGE"}]},
        {"id": 10, "type": "PreviewImage", "mode": 2, "inputs": [{"name": "images", "type": "IMAGE", "link": 13}]},
        {"id": 11, "type": "PrimitiveNode", "mode": 0, "outputs": [{"name": "STRING", "type": "STRING"}], "widgets_values": ["blurry", "fixed"]},
        {"id": 12, "type": "Note", "mode": 0, "widgets_values": ["by hand"]}
        """;

    private static readonly (int Id, int From, int Slot, int To, int ToSlot, string Type)[] s_links =
    [
        (1, 1, 1, 2, 0, "CLIP"), (2, 1, 1, 3, 0, "CLIP"), (3, 1, 0, 5, 0, "MODEL"), (4, 2, 0, 5, 1, "CONDITIONING"), (5, 3, 0, 5, 2, "CONDITIONING"),
        (6, 4, 0, 5, 3, "LATENT"), (7, 5, 0, 8, 0, "LATENT"), (8, 8, 0, 6, 0, "LATENT"), (9, 1, 2, 6, 1, "VAE"), (10, 6, 0, 9, 0, "IMAGE"), (11, 9, 0, 7, 0, "IMAGE"),
        (12, 11, 0, 3, 1, "STRING"), (13, 6, 0, 10, 0, "IMAGE"),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_versions_become_the_graph_that_runs(bool versionOne)
    {
        GraphPrompt prompt = WorkflowFile.Read(Workflow(versionOne), out JsonObject? workflow);
        Assert.NotNull(workflow);
        JsonObject expected = TinyGraph.TextToImage();
        Assert.Equal(expected.Select(node => node.Key), prompt.Json.Select(node => node.Key));
        foreach ((string id, JsonNode? node) in expected)
        {
            Assert.Equal(node!["class_type"]!.GetValue<string>(), prompt.Json[id]!["class_type"]!.GetValue<string>());
            JsonObject inputs = prompt.Json[id]!["inputs"]!.AsObject();
            foreach ((string name, JsonNode? value) in node["inputs"]!.AsObject())
                Assert.True(JsonNode.DeepEquals(value, inputs[name]) || value!.ToJsonString() == "1.0", $"{id}.{name}: {inputs[name]?.ToJsonString()}");
        }
        Assert.Equal("draw", prompt.Json["5"]!["_meta"]!["title"]!.GetValue<string>());
    }

    [Fact]
    public void A_workflow_draws_the_picture_of_its_graph()
    {
        using TinyGraph tiny = new();
        Assert.Equal(tiny.Run(TinyGraph.TextToImage())[0].Pixels, tiny.Run(WorkflowFile.Read(Workflow(false), out _).Json)[0].Pixels);
    }

    [Fact]
    public void Unknown_nodes_are_named()
    {
        PareidoliaException error = Assert.Throws<PareidoliaException>(
            () => WorkflowFile.Read("""{"nodes": [{"id": 3, "type": "FancySampler"}, {"id": 4, "type": "Note"}], "links": []}""", out _));
        Assert.Contains("FancySampler (3)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"1": 5}""")]
    [InlineData("""{"1": {"inputs": []}}""")]
    [InlineData("""{"1": {"inputs": {}}, "1": {"inputs": {}}}""")]
    [InlineData("""{"nodes": [{"type": "Note"}]}""")]
    public void What_is_no_graph_is_said_to_be_none(string text) => Assert.Throws<PareidoliaException>(() => WorkflowFile.Read(text, out _));

    [Fact]
    public void A_circle_of_reroutes_leads_nowhere()
    {
        GraphPrompt prompt = WorkflowFile.Read("""
            {"nodes": [{"id": 1, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": 2}]}, {"id": 2, "type": "Reroute", "inputs": [{"name": "", "type": "*", "link": 1}]},
             {"id": 3, "type": "PreviewImage", "inputs": [{"name": "images", "type": "IMAGE", "link": 1}]}],
             "links": [[1, 1, 0, 2, 0, "*"], [2, 2, 0, 1, 0, "*"]]}
            """, out _);
        Assert.Empty(prompt.Json["3"]!["inputs"]!.AsObject());
    }

    private static string Workflow(bool versionOne)
    {
        string links = string.Join(", ", s_links.Select(link => versionOne
            ? $$"""{"id": {{link.Id}}, "origin_id": {{link.From}}, "origin_slot": {{link.Slot}}, "target_id": {{link.To}}, "target_slot": {{link.ToSlot}}, "type": "{{link.Type}}"}"""
            : $"[{link.Id}, {link.From}, {link.Slot}, {link.To}, {link.ToSlot}, \"{link.Type}\"]"));
        return $$"""{"nodes": [{{Nodes}}], "links": [{{links}}], "version": {{(versionOne ? "1" : "0.4")}}}""";
    }
}
