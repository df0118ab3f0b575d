using System.Text.Json.Nodes;
using Pareidolia.Graph;

namespace Pareidolia.Tests.Graph;

/// <summary>What is said of nodes follows from them, in ComfyUI's form.</summary>
public sealed class NodeDescriptionTests
{
    [Fact]
    public void A_sampler_is_described_as_ComfyUI_does()
    {
        using TinyGraph tiny = new();
        JsonObject sampler = NodeDescriptions.ObjectInfo(tiny.Folders, "KSampler")["KSampler"]!.AsObject();
        JsonObject inputs = sampler["input"]!["required"]!.AsObject();
        Assert.Equal(["model", "seed", "steps", "cfg", "sampler_name", "scheduler", "positive", "negative", "latent_image", "denoise"], inputs.Select(input => input.Key));
        Assert.Equal("""["INT",{"default":0,"min":0,"max":18446744073709551615,"control_after_generate":true,"tooltip":"Where the noise comes from."}]""", inputs["seed"]!.ToJsonString());
        Assert.Equal((20, 1, 10000), (Option(inputs, "steps", "default"), Option(inputs, "steps", "min"), Option(inputs, "steps", "max")));
        Assert.Equal((8, 0, 100), (Option(inputs, "cfg", "default"), Option(inputs, "cfg", "min"), Option(inputs, "cfg", "max")));
        Assert.Contains("dpmpp_2m_sde", inputs["sampler_name"]![0]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal(["LATENT"], sampler["output"]!.AsArray().Select(output => output!.GetValue<string>()));
        Assert.False(sampler["output_node"]!.GetValue<bool>());
    }

    [Fact]
    public void Every_kind_has_all_that_front_ends_read()
    {
        using TinyGraph tiny = new();
        JsonObject all = NodeDescriptions.ObjectInfo(tiny.Folders);
        Assert.Equal(NodeDescriptions.Classes, all.Select(node => node.Key));
        string[] keys = ["input", "input_order", "output", "output_is_list", "output_name", "name", "display_name", "description", "python_module", "category", "output_node"];
        foreach ((string name, JsonNode? node) in all)
        {
            Assert.All(keys, key => Assert.True(node!.AsObject().ContainsKey(key), $"{name} has no {key}."));
            Assert.Equal(node!["output"]!.AsArray().Count, node["output_name"]!.AsArray().Count);
            Assert.Equal(node["output"]!.AsArray().Count, node["output_tooltips"]!.AsArray().Count);
            Assert.All(node["output_tooltips"]!.AsArray(), said => Assert.NotEmpty(said!.GetValue<string>()));
            Assert.Equal(node["input"]!["required"]!.AsObject().Select(input => input.Key), node["input_order"]!["required"]!.AsArray().Select(input => input!.GetValue<string>()));
        }
    }

    [Fact]
    public void Files_are_named_as_they_lie_and_a_model_in_folders_is_one_name()
    {
        using TinyGraph tiny = new();
        string models = Path.GetFullPath(Path.Combine(tiny.Folders.Input, "..", "models"));
        foreach (string file in (string[])["checkpoints/sd/one.safetensors", "checkpoints/note.txt", "checkpoints/folder/model_index.json", "checkpoints/folder/unet/w.safetensors", "loras/style.safetensors"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(models, file))!);
            File.WriteAllText(Path.Combine(models, file), "");
        }
        Assert.Equal(["folder", "sd/one.safetensors", "tiny"], tiny.Folders.Names(ModelFolders.Checkpoints));
        Assert.Equal(["style.safetensors"], tiny.Folders.Names(ModelFolders.Loras));
        Assert.Empty(tiny.Folders.Names("../input"));
        Assert.Equal("style.safetensors", NodeDescriptions.ObjectInfo(tiny.Folders, "LoraLoader")["LoraLoader"]!["input"]!["required"]!["lora_name"]![0]![0]!.GetValue<string>());
    }

    [Fact]
    public void The_page_of_nodes_is_what_the_nodes_say() =>
        Assert.Equal(NodeDescriptions.Markdown(), File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "graph-nodes.md")).ReplaceLineEndings("\n"));

    private static int Option(JsonObject inputs, string input, string option) => int.Parse(inputs[input]![1]![option]!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
