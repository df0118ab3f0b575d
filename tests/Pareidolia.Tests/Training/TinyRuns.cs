using Pareidolia.Models;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Training.Data;
using Pareidolia.Text;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Training.Gans;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training;

/// <summary>Diffusion models of every kind, trained in a second each on <see cref="TinyData"/>: pixels, latents, unCLIP's decoder and priors, a cascade.</summary>
internal static class TinyRuns
{
    private const int Width = 16;

    private const string Velocity = """{ "_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction", "timestep_spacing": "trailing", "clip_sample": false }""";

    private const string Noise = """{ "_class_name": "DPMSolverMultistepScheduler", "num_train_timesteps": 1000, "beta_schedule": "linear", "prediction_type": "epsilon", "thresholding": true, "sample_max_value": 1.5 }""";

    private const string Clean = """{ "_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "sample", "timestep_spacing": "trailing", "clip_sample": false }""";

    private const string Reading = """ "cross_attention_dim": 16 """;

    private const string Seeing = """ "cross_attention_dim": 16, "encoder_hid_dim": 16, "encoder_hid_dim_type": "image_proj", "addition_embed_type": "image" """;

    private static readonly Lazy<TemporaryFolder> s_clip = new(MakeClip);
    private static readonly Lazy<TemporaryFolder> s_t5 = new(MakeT5);
    private static readonly Lazy<TemporaryFolder> s_pixels = new(() => Finished("pixels"));
    private static readonly Lazy<TemporaryFolder> s_decoder = new(() => Finished("decoder"));

    /// <summary>The kinds of run.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["pixels", "pixels, noise", "pixels, t5", "latents", "decoder", "superresolution", "prior", "prior, autoregressive", "drawn upscaler"];

    /// <summary>The recipe of a kind.</summary>
    public static string Recipe(string kind) => kind switch
    {
        "pixels" => Diffusion(16, 3, Reading, Velocity, Text()),
        "pixels, noise" => Diffusion(16, 3, Reading, Noise, Text()),
        "pixels, t5" => Diffusion(16, 3, Reading, Velocity, $"\"text_encoder\": \"{s_t5.Value["t5"]}\", \"tokenizer\": \"{s_t5.Value["t5"]}\"", "\"text_length\": 12,"),
        "latents" => Diffusion(4, 4, Reading, Velocity, $"{Text()}, \"vae\": \"{TinyModel.Folder}/vae\""),
        "decoder" => Diffusion(16, 3, Seeing, Velocity, $"{Text()}, \"clip\": \"{s_clip.Value["clip"]}\"", "\"condition\": \"picture\","),
        "superresolution" => SuperResolution(ModelOf(s_pixels)),
        "prior" => Prior("diffusion", ModelOf(s_decoder)),
        "drawn upscaler" => DrawnUpscaler,
        _ => Prior("autoregressive", ModelOf(s_decoder)),
    };

    /// <summary>The trainer of a kind.</summary>
    public static Trainer Trainer(string kind, Recipe recipe, DataRoot root) => kind switch
    {
        "superresolution" => new SuperResolutionTrainer(recipe, root),
        "drawn upscaler" => new DrawnUpscalerTrainer(recipe, root),
        "prior" or "prior, autoregressive" => new PriorTrainer(recipe, root),
        _ => new DiffusionTrainer(recipe, root),
    };

    /// <summary>The network that a kind trains, below the exported model.</summary>
    public static string Network(string kind) => kind switch
    {
        "superresolution" => "unet_2",
        "drawn upscaler" => "",
        "prior" or "prior, autoregressive" => "prior",
        _ => "unet",
    };

    /// <summary>Runs until a number of reports have come, then pauses as Ctrl-C does; gives the run's folder.</summary>
    public static string Run(TemporaryFolder folder, string kind, string run, int reports = int.MaxValue)
    {
        string recipe = TinyData.Write(folder, Recipe(kind));
        using Trainer trainer = Trainer(kind, Pareidolia.Training.Recipe.Load(recipe), DataRoot.Resolve(folder.Path));
        using TrainingLoop loop = new(trainer, folder[run]);
        using CancellationTokenSource pause = new();
        try
        {
            foreach (TrainingProgress _ in loop.Run(pause.Token))
                if (--reports <= 0)
                    pause.Cancel();
        }
        catch (OperationCanceledException)
        {
            // Paused as asked.
        }
        return folder[run];
    }

    /// <summary>The model of a finished run of a kind, for tests that leave it as it is.</summary>
    public static string Model(TemporaryFolder folder, string kind) => Path.Combine(Run(folder, kind, "whole"), "model");

    private static string ModelOf(Lazy<TemporaryFolder> run) => run.Value["whole/model"];

    private static string Text() => $"\"text_encoder\": \"{s_clip.Value["text_encoder"]}\", \"tokenizer\": \"{s_clip.Value["tokenizer"]}\"";

    private static string Diffusion(int size, int channels, string reads, string scheduler, string inputs, string more = "") => $$"""
        {
          "kind": "diffusion",
          "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 16 },
          "inputs": { {{inputs}} },
          "model": { "sample_size": {{size}}, "in_channels": {{channels}}, "out_channels": {{channels}}, "block_out_channels": [8, 16], "layers_per_block": 1,
            "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"], "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
            "attention_head_dim": 2, "norm_num_groups": 4, {{reads}} },
          "scheduler": {{scheduler}}, {{more}}
          "defaults": { "steps": 3, "guidance": 2, "size": {{(channels == 3 ? 16 : 32)}} }, "sample_steps": 2, {{Common}}
        }
        """;

    /// <summary>A recipe that learns grey digits and lets a classifier judge what is drawn.</summary>
    public static string Digits(string classifier) => $$"""
        {
          "kind": "diffusion",
          "data": { "train": "{{TinyDigits.Images}}", "validation": "{{TinyDigits.Images}}", "size": 32, "channels": 1 },
          "inputs": { {{Text()}}, "classifier": "{{classifier}}" },
          "model": { "sample_size": 32, "in_channels": 1, "out_channels": 1, "block_out_channels": [8, 16], "layers_per_block": 1,
            "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"], "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
            "attention_head_dim": 2, "norm_num_groups": 4, {{Reading}} },
          "scheduler": {{Velocity}}, "judged_per_class": 2,
          "defaults": { "steps": 2, "guidance": 2, "size": 32 }, "sample_steps": 2, {{Common}}
        }
        """;

    private static string SuperResolution(string model) => $$"""
        {
          "kind": "superresolution",
          "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 32, "crop": 16 },
          "inputs": { "base": "{{model}}" },
          "model": { "sample_size": 32, "in_channels": 6, "out_channels": 3, "block_out_channels": [8, 16], "layers_per_block": 1,
            "down_block_types": ["ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"], "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
            "up_block_types": ["SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"], "attention_head_dim": 8, "norm_num_groups": 4,
            "cross_attention_dim": 16, "class_embed_type": "timestep", "resnet_time_scale_shift": "scale_shift" },
          "scheduler": {{Velocity}},
          "defaults": { "size": 32, "stage_2": { "steps": 2, "guidance": 1.5, "augmentation": 40 } }, "sample_steps": 2, {{Common}}
        }
        """;

    private static string DrawnUpscaler => $$"""
        {
          "kind": "drawn-upscaler",
          "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 32, "crop": 12 },
          "inputs": { "model": "{{TinyModel.Folder}}" },
          "redraw": { "strengths": [0.0, 0.5], "steps": 4, "guidance": 2.0 },
          "model": { "_class_name": "PixelShuffleUpscaler", "channels": 8, "blocks": 1, "scale": 2, "refine_channels": 4 }, "discriminator_channels": 4, {{Common}}
        }
        """;

    private static string Prior(string type, string model) => $$"""
        {
          "kind": "prior",
          "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 16 },
          "inputs": { "base": "{{model}}" },
          "model": { "prior_type": "{{type}}", "num_attention_heads": 2, "attention_head_dim": 8, "num_layers": 1, "embedding_dim": 16, "num_embeddings": 24,
            "codes": 4, "code_levels": 8 },
          "scheduler": {{Clean}}, "sample_steps": 2, {{Common}}
        }
        """;

    private const string Common = """
        "batch": 4, "steps": 5, "seed": 5, "ema": 0.9, "optimizer": { "learning_rate": 0.002, "warmup": 2 }, "log_every": 1, "checkpoint_every": 2
        """;

    private static TemporaryFolder Finished(string kind)
    {
        TemporaryFolder folder = Lasting();
        Run(folder, kind, "whole");
        return folder;
    }

    // A CLIP whose texts and embeddings have one width, as unCLIP's prior needs it.
    private static TemporaryFolder MakeClip()
    {
        TemporaryFolder folder = Lasting();
        TinyModel.CopyTo(folder);
        int words = ClipTokenizer.Load(folder["tokenizer"]).Vocabulary.Ids.Count;
        ClipTextConfig text = new()
        {
            VocabSize = words, MaxPositionEmbeddings = 24, HiddenSize = Width, IntermediateSize = 2 * Width, NumHiddenLayers = 2, NumAttentionHeads = 2, EosTokenId = words - 1,
        };
        ClipVisionConfig vision = new() { ImageSize = 16, PatchSize = 8, HiddenSize = Width, IntermediateSize = 2 * Width, NumHiddenLayers = 1, NumAttentionHeads = 2 };
        using Pretrained<ClipModel> clip = ClipModel.Initialise(new ClipConfig { Text = text, Vision = vision, ProjectionDim = Width }, 5);
        clip.Model.Save(folder["clip"], clip.Weights);
        return folder;
    }

    // A T5 that reads letters.
    private static TemporaryFolder MakeT5()
    {
        TemporaryFolder folder = Lasting();
        string[] special = ["<pad>", UnigramVocabulary.EndToken, UnigramVocabulary.UnknownToken], letters = ["▁", .. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];
        new UnigramVocabulary([.. special.Concat(letters).Select(piece => new UnigramPiece(piece, -1))], special.ToHashSet()).Save(folder["t5"]);
        T5Config config = new() { VocabSize = special.Length + letters.Length, DModel = Width, DKv = 8, DFf = 20, NumLayers = 1, NumDecoderLayers = 1, NumHeads = 2 };
        using Pretrained<T5EncoderModel> t5 = T5EncoderModel.Initialise(config, 3);
        t5.Model.Save(folder["t5"], t5.Weights);
        return folder;
    }

    private static TemporaryFolder Lasting()
    {
        TemporaryFolder folder = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return folder;
    }
}
