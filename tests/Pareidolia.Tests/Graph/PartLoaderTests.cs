using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Validation;
using Pareidolia.Imaging;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Graph;

/// <summary>Diffusion models and text encoders from files of their own draw what the whole model draws.</summary>
public sealed class PartLoaderTests
{
    [Theory]
    [InlineData("diffusers")]
    [InlineData("original")]
    [InlineData("in a whole file's names")]
    public void A_diffusion_model_is_read_in_every_layout(string layout)
    {
        using SplitModel model = new(xl: false);
        string prefix = layout == "original" ? CheckpointPart.UNet.Prefix : "";
        SplitModel.Write(model.Network("unet"), model.Place("unet", "alone.safetensors"), names => layout == "diffusers"
            ? names.ToDictionary(name => name, name => new TensorView([name]))
            : CheckpointPart.UNet.ToOriginal(names).ToDictionary(view => view.Key[prefix.Length..], view => view.Value));
        File.Copy(model.Network("text_encoder"), model.Place("clip", "alone.safetensors"));
        AssertSame(model, Alone("alone.safetensors"), Encoder("alone.safetensors"));
    }

    [Fact]
    public void Whole_models_have_both_parts_too()
    {
        using SplitModel model = new(xl: false);
        AssertSame(model, Alone("tiny"), Encoder("tiny"));
    }

    [Theory]
    [InlineData("l.safetensors", "g.safetensors", "diffusion_models")]
    [InlineData("g.safetensors", "l.safetensors", "diffusion_models")]
    [InlineData("open-g.safetensors", "l.safetensors", "unet")]
    public void Two_text_encoders_are_read_in_any_order_under_both_names(string first, string second, string kind)
    {
        using SplitModel model = new(xl: true);
        File.Copy(model.Network("unet"), model.Place(kind, "alone.safetensors"));
        File.Copy(model.Network("text_encoder"), model.Place("text_encoders", "l.safetensors"));
        File.Copy(model.Network("text_encoder_2"), model.Place("text_encoders", "g.safetensors"));
        SplitModel.Write(model.Network("text_encoder_2"), model.Place("text_encoders", "open-g.safetensors"), CheckpointPart.OpenClip("").ToOriginal);
        AssertSame(model, Alone("alone.safetensors"), Two(first, second));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_LoRA_changes_parts_as_it_changes_the_whole_model(bool hasText)
    {
        using SplitModel model = new(xl: false);
        File.Copy(model.Network("unet"), model.Place("unet", "alone.safetensors"));
        File.Copy(model.Network("text_encoder"), model.Place("clip", "alone.safetensors"));
        string[] layers = ["lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q", .. hasText ? ["lora_te_text_model_encoder_layers_0_self_attn_q_proj"] : Array.Empty<string>()];
        SafetensorsWriter.Write(model.Place("loras", "style.safetensors"), layers.SelectMany(Factors));
        JsonObject whole = Text2Image(), parts = Text2Image(Alone("alone.safetensors"), Encoder("alone.safetensors"));
        Image plain = model.Graph.Run(whole)[0];
        foreach (JsonObject graph in (JsonObject[])[whole, parts])
            AddLora(graph);
        Image drawn = model.Graph.Run(parts)[0];
        Assert.Equal(model.Graph.Run(whole)[0].Pixels, drawn.Pixels);
        Assert.NotEqual(plain.Pixels, drawn.Pixels);
    }

    [Fact]
    public void Parts_are_mixed_with_those_of_whole_models()
    {
        using SplitModel model = new(xl: false);
        SplitModel.Write(model.Network("unet"), model.Place("unet", "alone.safetensors"), CheckpointPart.UNet.ToOriginal);
        File.Copy(model.Network("text_encoder"), model.Place("clip", "alone.safetensors"));
        JsonObject graph = Text2Image(Alone("alone.safetensors"), Encoder("alone.safetensors"));
        graph["22"] = GraphRunTests.Node("ModelMergeSimple", ("model1", GraphRunTests.Link("20")), ("model2", GraphRunTests.Link("1")), ("ratio", 0.5));
        graph["23"] = GraphRunTests.Node("CLIPMergeSimple", ("clip1", GraphRunTests.Link("21")), ("clip2", GraphRunTests.Link("1", 1)), ("ratio", 0.5));
        Link(graph, ("22", 0), ("23", 0));
        // Halves of the same weights are those weights.
        Assert.Equal(model.Graph.Run(Text2Image())[0].Pixels, model.Graph.Run(graph)[0].Pixels);
    }

    [Theory]
    [InlineData("UNETLoader", "unet_name", "text_encoder", "is a CLIP text encoder alone; a UNet of Stable Diffusion 1, 2 or XL is needed.")]
    [InlineData("CLIPLoader", "clip_name", "vae", "is an autoencoder (VAE) alone, without the networks that read the prompt and draw; a text encoder of CLIP is needed.")]
    public void Another_network_is_refused_by_what_it_is(string kind, string input, string part, string sentence)
    {
        using SplitModel model = new(xl: false);
        File.Copy(model.Network(part), model.Place(kind == "UNETLoader" ? "diffusion_models" : "text_encoders", "other.safetensors"));
        JsonObject loader = GraphRunTests.Node(kind, (input, "other.safetensors"), kind == "UNETLoader" ? ("weight_dtype", "default") : ("type", "stable_diffusion"));
        JsonObject graph = kind == "UNETLoader" ? Text2Image(loader, Encoder("tiny")) : Text2Image(Alone("tiny"), loader);
        Assert.EndsWith(sentence, model.Graph.Outcome(graph).Failure!.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, 24, "text_encoder", "CLIPTextModel", "gelu", 23)]
    [InlineData(1024, 23, "text_encoder", "CLIPTextModel", "gelu", 23)]
    [InlineData(1280, 3, "text_encoder_2", "CLIPTextModelWithProjection", "gelu", 3)]
    [InlineData(768, 12, "text_encoder", "CLIPTextModel", "quick_gelu", 12)]
    public void The_width_of_a_text_encoder_tells_whose_it_is(int width, int layers, string part, string className, string activation, int read)
    {
        using TemporaryFolder folder = new();
        (string, long[])[] tensors =
        [
            ("text_model.embeddings.token_embedding.weight", [2, width]), ("text_model.embeddings.position_embedding.weight", [77, width]),
            ("text_model.encoder.layers.0.mlp.fc1.weight", [4, width]), ("text_projection.weight", [5, width]), ("logit_scale", []),
            .. Enumerable.Range(0, layers).Select(layer => ($"text_model.encoder.layers.{layer}.layer_norm1.weight", (long[])[1])),
        ];
        SafetensorsWriter.Write(folder["alone.safetensors"], tensors.Select(tensor => Zeros(tensor.Item1, tensor.Item2)));
        TextEncoderFiles files = new([folder["alone.safetensors"]], new SingleFileOptions { Tokenizer = folder.Path });
        ModelComponent component = files.Component(part);
        using StoredWeights weights = component.OpenWeights();
        Assert.Equal([part, part.Replace("text_encoder", "tokenizer", StringComparison.Ordinal)], files.Names);
        Assert.Equal((className, activation, read), (component.ClassName, component.Config.Text("hidden_act"), component.Config.Int("num_hidden_layers")));
        Assert.Equal((read, part == "text_encoder_2"), (weights.Names.Count(name => name.EndsWith("layer_norm1.weight", StringComparison.Ordinal)), weights.Has("text_projection.weight")));
        Assert.Equal(activation == "gelu" ? "!" : null, files.Component(files.Names.Last()).PadToken);
    }

    [Fact]
    public void Loaders_of_parts_list_their_files_and_whole_models_and_refuse_other_families()
    {
        using SplitModel model = new(xl: false);
        File.WriteAllText(model.Place("diffusion_models", "one.safetensors"), "");
        File.WriteAllText(model.Place("unet", "two.safetensors"), "");
        File.WriteAllText(model.Place("clip", "three.safetensors"), "");
        JsonNode info = NodeDescriptions.ObjectInfo(model.Graph.Folders);
        Assert.Equal("""[["one.safetensors","two.safetensors","tiny"],{}]""", info["UNETLoader"]!["input"]!["required"]!["unet_name"]!.ToJsonString());
        Assert.Equal("""[["three.safetensors","tiny"],{}]""", info["CLIPLoader"]!["input"]!["required"]!["clip_name"]!.ToJsonString());
        Assert.Equal("""[["three.safetensors"],{}]""", info["DualCLIPLoader"]!["input"]!["required"]!["clip_name2"]!.ToJsonString());
        Assert.Equal("device", Assert.Single(info["DualCLIPLoader"]!["input"]!["optional"]!.AsObject()).Key);
        JsonObject encoder = Encoder("tiny");
        encoder["inputs"]!["type"] = "flux2";
        NodeFault fault = Assert.Single(model.Graph.Runner.Check(new GraphPrompt(Text2Image(Alone("tiny"), encoder))).Nodes["21"].Faults);
        Assert.Equal(("value_not_in_list", "type: 'flux2' not in ['stable_diffusion']"), (fault.Type, fault.Details));
    }

    private static void AssertSame(SplitModel model, JsonObject unet, JsonObject clip) =>
        Assert.Equal(model.Graph.Run(Text2Image())[0].Pixels, model.Graph.Run(Text2Image(unet, clip))[0].Pixels);

    private static JsonObject Alone(string name) => GraphRunTests.Node("UNETLoader", ("unet_name", name), ("weight_dtype", "default"));

    private static JsonObject Encoder(string name) => GraphRunTests.Node("CLIPLoader", ("clip_name", name), ("type", "stable_diffusion"), ("device", "default"));

    private static JsonObject Two(string first, string second) => GraphRunTests.Node("DualCLIPLoader", ("clip_name1", first), ("clip_name2", second), ("type", "sdxl"));

    // The usual graph; with loaders, its model and its texts come from these.
    private static JsonObject Text2Image(JsonObject? unet = null, JsonObject? clip = null)
    {
        JsonObject graph = TinyGraph.TextToImage("a red apple");
        if (unet is null)
            return graph;
        (graph["20"], graph["21"]) = (unet, clip);
        Link(graph, ("20", 0), ("21", 0));
        return graph;
    }

    private static void Link(JsonObject graph, (string Node, int Slot) model, (string Node, int Slot) clip)
    {
        graph["5"]!["inputs"]!["model"] = GraphRunTests.Link(model.Node, model.Slot);
        foreach (string prompt in (string[])["2", "3"])
            graph[prompt]!["inputs"]!["clip"] = GraphRunTests.Link(clip.Node, clip.Slot);
    }

    private static void AddLora(JsonObject graph)
    {
        (JsonNode model, JsonNode clip) = (graph["5"]!["inputs"]!["model"]!.DeepClone(), graph["2"]!["inputs"]!["clip"]!.DeepClone());
        graph["30"] = GraphRunTests.Node("LoraLoader", ("model", model), ("clip", clip), ("lora_name", "style.safetensors"), ("strength_model", 1), ("strength_clip", 1));
        Link(graph, ("30", 0), ("30", 1));
    }

    private static IEnumerable<SafetensorsSource> Factors(string layer) =>
    [
        Values($"{layer}.lora_down.weight", [2, 64], i => MathF.Sin(i)), Values($"{layer}.lora_up.weight", [64, 2], i => MathF.Cos(i)),
    ];

    private static SafetensorsSource Zeros(string name, long[] shape) => Values(name, shape, _ => 0);

    private static SafetensorsSource Values(string name, long[] shape, Func<int, float> value) => new(name, SafetensorsType.F32, shape, stream =>
    {
        for (int i = 0; i < shape.Aggregate(1L, (all, extent) => all * extent); i++)
            stream.Write(BitConverter.GetBytes(value(i)));
    });
}
