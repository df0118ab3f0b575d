using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Running;
using Pareidolia.Imaging;

namespace Pareidolia.Tests.Graph;

/// <summary>A runner in folders of its own, with the tiny Stable Diffusion of the golden cases as checkpoint "tiny".</summary>
internal sealed class TinyGraph : IDisposable
{
    /// <summary>Its checkpoint's folder.</summary>
    public static readonly string Model = Path.Combine(RepositoryRoot.Golden, "sd-tiny", "pipeline");

    private readonly TemporaryFolder _folder = new();

    public TinyGraph(string? model = null, string? tokenizer = null)
    {
        Folders = new GraphFolders(_folder["input"], _folder["output"], _folder["temp"], _folder["models"]) { Tokenizer = tokenizer };
        Folders.AddCheckpoint("tiny", model ?? Model);
        Runner = new GraphRunner(Folders);
    }

    public GraphFolders Folders { get; }

    public GraphRunner Runner { get; }

    /// <summary>What happened in the last run.</summary>
    public List<GraphEvent> Events { get; } = [];

    /// <summary>The nodes that began in the last run, in their order.</summary>
    public IEnumerable<string> Begun => Events.OfType<NodeStarted>().Select(started => started.Node);

    /// <summary>The usual graph from text: 1 checkpoint, 2 and 3 prompts, 4 empty latent, 5 sampler, 6 decoder, 7 save.</summary>
    public static JsonObject TextToImage(string prompt = "a photo of a cat", int seed = 7, int count = 1) => JsonNode.Parse($$$"""
        {
          "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "tiny"}},
          "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "{{{prompt}}}", "clip": ["1", 1]}},
          "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["1", 1]}},
          "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": {{{count}}} }},
          "5": {"class_type": "KSampler", "inputs": {"model": ["1", 0], "seed": {{{seed}}}, "steps": 3, "cfg": 6, "sampler_name": "euler_ancestral",
                "scheduler": "normal", "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0], "denoise": 1.0}},
          "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
          "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "cat"}}
        }
        """)!.AsObject();

    /// <summary>Runs a graph; its pictures.</summary>
    public Image[] Run(JsonObject graph, GraphRunSettings? settings = null)
    {
        GraphOutcome outcome = Outcome(graph, settings);
        Assert.Null(outcome.Failure?.Error);
        Assert.Null(outcome.Failure);
        return [.. outcome.Outputs.OrderBy(output => output.Key).SelectMany(output => output.Value).Select(Read)];
    }

    /// <summary>Runs a graph to however it ends.</summary>
    public GraphOutcome Outcome(JsonObject graph, GraphRunSettings? settings = null, CancellationToken cancelled = default)
    {
        Events.Clear();
        return Runner.Run(new GraphPrompt(graph), settings ?? new GraphRunSettings(), Events.Add, cancelled);
    }

    /// <summary>A picture that a graph wrote.</summary>
    public Image Read(GraphPicture picture) => PngReader.Read(Path.Combine(Folders.OfType(picture.Type)!, picture.Subfolder, picture.FileName));

    public void Dispose()
    {
        Runner.Dispose();
        _folder.Dispose();
    }
}
