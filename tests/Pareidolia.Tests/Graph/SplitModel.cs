using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Text;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Graph;

/// <summary>
/// A tiny model in a folder, whose configs are those that a file of weights alone is taken to have, and its networks as files of their own. Graphs that
/// load it from either draw the same pictures.
/// </summary>
internal sealed class SplitModel : IDisposable
{
    private const int Width = 64, Length = 24, PooledOfXl = 1280, Sinusoids = 4;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Makes the model.</summary>
    /// <param name="xl">With SDXL's two text encoders.</param>
    public SplitModel(bool xl)
    {
        TinyModel.CopyTo(_folder);
        ClipTextConfig first = Text(Width, ClipTextConfig.FromJson(JsonConfig.Load(_folder["text_encoder/config.json"])).VocabSize);
        Save(first, "text_encoder", 31);
        if (xl)
            AddSecond(Text(2 * Width, first.VocabSize) with { WithProjection = true, ProjectionDim = PooledOfXl, HiddenAct = "gelu" });
        using (Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(xl ? UNetOfXl() : UNet(), 33))
        {
            TinyModel.Enliven(unet.Weights);
            unet.Model.Save(_folder["unet"], unet.Weights);
        }
        File.WriteAllText(_folder["scheduler/scheduler_config.json"], InferredScheduler.Config(xl ? CheckpointFamily.Sdxl : CheckpointFamily.Sd1, false, false).ToJsonString());
        Graph = new TinyGraph(_folder.Path, _folder.Path);
    }

    /// <summary>Runs graphs; "tiny" is the whole model.</summary>
    public TinyGraph Graph { get; }

    /// <summary>A network's weights.</summary>
    public string Network(string part) => Directory.GetFiles(_folder[part], "*.safetensors").Single();

    /// <summary>Where a file of a kind belongs.</summary>
    public string Place(string kind, string name)
    {
        string folder = Path.Combine(Graph.Folders.Input, "..", "models", kind);
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, name);
    }

    /// <summary>Writes a network's weights under other names.</summary>
    public static void Write(string network, string path, Func<IReadOnlyCollection<string>, Dictionary<string, TensorView>> views)
    {
        using StoredWeights weights = StoredWeights.Open(network);
        using MappedWeights mapped = new(weights, views(weights.Names), owns: false);
        SafetensorsWriter.Write(path, mapped.Names.Select(name => ModelConversion.Source(mapped, name, null)));
    }

    public void Dispose()
    {
        Graph.Dispose();
        _folder.Dispose();
    }

    private void Save(ClipTextConfig config, string part, ulong seed)
    {
        using Pretrained<ClipTextModel> text = ClipTextModel.Initialise(config, seed);
        text.Model.Save(_folder[part], text.Weights);
    }

    // OpenCLIP pads with id 0.
    private void AddSecond(ClipTextConfig config)
    {
        Save(config, "text_encoder_2", 32);
        (ClipVocabulary.Load(_folder["tokenizer"]) with { PadToken = "!" }).Save(_folder["tokenizer_2"]);
        File.WriteAllText(_folder["model_index.json"], """
            {"_class_name": "StableDiffusionXLPipeline", "scheduler": ["diffusers", "EulerDiscreteScheduler"],
             "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
             "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"], "tokenizer_2": ["transformers", "CLIPTokenizer"],
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}
            """);
    }

    private static ClipTextConfig Text(int width, int words) => new()
    {
        VocabSize = words, MaxPositionEmbeddings = Length, HiddenSize = width, IntermediateSize = 2 * width, NumHiddenLayers = 2,
        NumAttentionHeads = width / Width, ProjectionDim = width, EosTokenId = 2,
    };

    private static UNet2DConditionConfig UNet() => new()
    {
        BlockOutChannels = [32, 64], DownBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"], UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"],
        LayersPerBlock = [1, 1], CrossAttentionDim = [Width, Width], TransformerLayersPerBlock = [1, 1], AttentionHeads = [8, 8], OnlyCrossAttention = [false, false],
    };

    private static UNet2DConditionConfig UNetOfXl() => UNet() with
    {
        CrossAttentionDim = [3 * Width, 3 * Width],
        AttentionHeads = [1, 1],
        UseLinearProjection = true,
        AdditionEmbedType = "text_time",
        AdditionTimeEmbedDim = Sinusoids,
        ProjectionClassEmbeddingsInputDim = PooledOfXl + (6 * Sinusoids),
    };
}
