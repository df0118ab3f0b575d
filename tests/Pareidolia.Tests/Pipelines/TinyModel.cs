using Pareidolia.Models;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>
/// A whole model with random weights, small enough to make for a test: 32x32 pictures by a factor of 8 (4 by the autoencoder, 2 by the
/// upscaler), its own tokenizer, CLIP and recommended settings.
/// </summary>
internal static class TinyModel
{
    public const int Factor = 8;

    private const int Width = 16;
    private const int Length = 24;

    private static readonly string[] s_captions =
        ["a red apple", "a green apple on a table", "a sleeping cat in noto style", "a blue bird and a red house", "an emoji of a cat"];

    private static readonly Lazy<TemporaryFolder> s_shared = new(() =>
    {
        TemporaryFolder folder = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        Make(folder.Path);
        return folder;
    });

    private static readonly Lazy<TemporaryFolder> s_lively = new(() =>
    {
        TemporaryFolder folder = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        CopyTo(folder);
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(folder["unet"]);
        Enliven(unet.Weights);
        unet.Model.Save(folder["unet"], unet.Weights);
        return folder;
    });

    /// <summary>One for all tests, which leave it as it is.</summary>
    public static string Folder => s_shared.Value.Path;

    /// <summary>The same with a UNet that hears its text: new ones say 0 to everything.</summary>
    public static string Lively => s_lively.Value.Path;

    /// <summary>Gives a new network's zeros values, so that what it hears makes a difference.</summary>
    public static void Enliven(WeightStore weights)
    {
        System.Random random = new(1);
        foreach (Parameter parameter in weights.Parameters.Where(parameter => parameter.Name.EndsWith(".weight", StringComparison.Ordinal)))
            if (parameter.Tensor.ToArray().All(value => value == 0))
                parameter.Tensor.Load([.. Enumerable.Range(0, (int)parameter.Tensor.Count).Select(_ => (float)(random.NextDouble() - 0.5) / 2)]);
    }

    /// <summary>A copy that a test may damage.</summary>
    public static void CopyTo(TemporaryFolder target)
    {
        foreach (string file in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories))
        {
            string copy = target[Path.GetRelativePath(Folder, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Gives a copy a lively UNet that reads this many channels.</summary>
    public static void WithChannels(TemporaryFolder copy, int channels, ulong seed = 2)
    {
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Initialise(UNet() with { InChannels = channels }, seed);
        Enliven(unet.Weights);
        unet.Model.Save(copy["unet"], unet.Weights);
    }

    /// <summary>Writes the folder.</summary>
    public static void Make(string folder)
    {
        ClipVocabulary vocabulary = BpeTrainer.Train(s_captions, 560, 1) with { MaxLength = Length };
        vocabulary.Save(Path.Combine(folder, "tokenizer"));
        ClipTextConfig text = TextTower(vocabulary.Ids.Count);
        Save(ClipTextModel.Initialise(text, 1), (model, weights) => model.Save(Path.Combine(folder, "text_encoder"), weights));
        Save(UNet2DConditionModel.Initialise(UNet(), 2), (model, weights) => model.Save(Path.Combine(folder, "unet"), weights));
        Save(AutoencoderKl.Initialise(Autoencoder(), 3), (model, weights) => model.Save(Path.Combine(folder, "vae"), weights));
        Save(PixelShuffleUpscaler.Initialise(new PixelShuffleUpscalerConfig { Channels = 4, Blocks = 1 }, 4),
            (model, weights) => model.Save(Path.Combine(folder, "upscaler"), weights));
        Save(ClipModel.Initialise(new ClipConfig { Text = text, Vision = VisionTower(), ProjectionDim = 8 }, 5),
            (model, weights) => model.Save(Path.Combine(folder, "clip"), weights));
        Directory.CreateDirectory(Path.Combine(folder, "scheduler"));
        File.WriteAllText(Path.Combine(folder, "scheduler", "scheduler_config.json"), """
            {"_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012,
             "beta_schedule": "scaled_linear", "clip_sample": false, "set_alpha_to_one": false, "steps_offset": 1}
            """);
        File.WriteAllText(Path.Combine(folder, "model_index.json"), """
            {"_class_name": "StableDiffusionPipeline", "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}
            """);
        File.WriteAllText(Path.Combine(folder, "pareidolia.json"), """
            {"steps": 3, "guidance": 4, "size": 32, "styles": ["noto", "fluent-3d"]}
            """);
    }

    private static void Save<T>(Pretrained<T> made, Action<T, WeightStore> save)
    {
        using (made)
            save(made.Model, made.Weights);
    }

    private static ClipTextConfig TextTower(int words) => new()
    {
        VocabSize = words, MaxPositionEmbeddings = Length, HiddenSize = Width, IntermediateSize = 2 * Width, NumHiddenLayers = 2,
        NumAttentionHeads = 2, EosTokenId = words - 1,
    };

    private static ClipVisionConfig VisionTower() => new()
    {
        ImageSize = 16, PatchSize = 8, HiddenSize = Width, IntermediateSize = 2 * Width, NumHiddenLayers = 1, NumAttentionHeads = 2,
    };

    private static UNet2DConditionConfig UNet() => new()
    {
        SampleSize = 4, BlockOutChannels = [8, 16], DownBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"], LayersPerBlock = [1, 1], NormNumGroups = 4, CrossAttentionDim = [Width, Width],
        TransformerLayersPerBlock = [1, 1], AttentionHeads = [2, 2], OnlyCrossAttention = [false, false],
    };

    private static AutoencoderKlConfig Autoencoder() => new()
    {
        BlockOutChannels = [8, 8, 16], LayersPerBlock = 1, NormNumGroups = 4, SampleSize = 16, ScalingFactor = 1,
    };
}
