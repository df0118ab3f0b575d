using Pareidolia.Imaging;
using Pareidolia.Tests.Training.Data;

namespace Pareidolia.Tests.Training;

/// <summary>A made-up data set: discs and squares of a few colours with captions, and recipes that train on it in seconds.</summary>
internal static class TinyData
{
    private static readonly (string Name, byte R, byte G, byte B)[] s_colours = [("red", 220, 40, 40), ("green", 40, 180, 60), ("blue", 50, 70, 220), ("black", 10, 10, 10)];

    public const string Autoencoder = """
        {
          "kind": "autoencoder",
          "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 16 },
          "model": { "in_channels": 3, "out_channels": 3, "latent_channels": 4, "block_out_channels": [8, 8], "layers_per_block": 1,
            "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"], "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"],
            "norm_num_groups": 4, "sample_size": 16, "mid_block_add_attention": false },
          "batch": 4, "steps": 12, "seed": 5, "ema": 0.9,
          "optimizer": { "learning_rate": 0.002, "warmup": 2 },
          "log_every": 1, "checkpoint_every": 2
        }
        """;

    /// <summary>A latent diffusion on the shipped autoencoder and text encoder, which learns with it.</summary>
    public static string Diffusion { get; } = $$"""
        {
          "kind": "diffusion",
          "data": { "train": ["tiny.tar"], "validation": ["tiny.tar"], "size": 16 },
          "inputs": { "vae": "{{Shipped("vae")}}", "text_encoder": "{{Shipped("text_encoder")}}", "tokenizer": "{{Shipped("tokenizer")}}", "clip": "{{Shipped("clip")}}" },
          "model": { "_class_name": "UNet2DConditionModel", "sample_size": 4, "in_channels": 4, "out_channels": 4,
            "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"], "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
            "block_out_channels": [16, 64], "layers_per_block": 1, "attention_head_dim": [2, 2], "cross_attention_dim": 192, "norm_num_groups": 8,
            "resnet_time_scale_shift": "scale_shift", "addition_embed_type": "text", "addition_embed_type_num_heads": 6 },
          "scheduler": { "_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction",
            "timestep_spacing": "trailing", "clip_sample": false },
          "train_text_encoder": true, "noise_bias": 0.5,
          "batch": 4, "steps": 6, "seed": 7, "ema": 0.9,
          "optimizer": { "name": "muon", "learning_rate": 0.002, "warmup": 2 },
          "log_every": 1, "checkpoint_every": 2
        }
        """;

    /// <summary>Writes the shard and a recipe beside it; gives the recipe's path.</summary>
    public static string Write(TemporaryFolder folder, string recipe)
    {
        File.WriteAllBytes(folder["tiny.tar"], Shards.Tar([.. Pictures()]));
        File.WriteAllText(folder["recipe.json"], recipe);
        return folder["recipe.json"];
    }

    /// <summary>Writes a shard with one sample, <c>bad</c>, whose picture is none.</summary>
    public static void WriteBroken(TemporaryFolder folder) =>
        File.WriteAllBytes(folder["tiny-broken.tar"], Shards.Tar(("bad.png", [1, 2, 3]), ("bad.txt", Shards.Text("a broken disc"))));

    private static string Shipped(string part) => Path.Combine(RepositoryRoot.Path, "models", "emoji", part).Replace('\\', '/');

    private static IEnumerable<(string Name, byte[] Content)> Pictures()
    {
        foreach ((string name, byte r, byte g, byte b) in s_colours)
        {
            foreach (bool isDisc in new[] { false, true })
            {
                string key = $"{name}-{(isDisc ? "disc" : "square")}";
                yield return ($"{key}.png", PngWriter.Encode(Drawn(isDisc, r, g, b)));
                yield return ($"{key}.txt", System.Text.Encoding.UTF8.GetBytes($"a {name} {(isDisc ? "disc" : "square")}"));
            }
        }
    }

    private static Image Drawn(bool isDisc, byte r, byte g, byte b)
    {
        Image image = new(16, 16);
        for (int y = 0; y < 16; y++)
        {
            for (int x = 0; x < 16; x++)
            {
                bool inside = isDisc ? ((x - 8) * (x - 8)) + ((y - 8) * (y - 8)) < 30 : x is > 3 and < 12 && y is > 3 and < 12;
                ((ReadOnlySpan<byte>)(inside ? [r, g, b] : [255, 255, 255])).CopyTo(image.Pixel(x, y));
            }
        }
        return image;
    }
}
