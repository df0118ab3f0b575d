using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Server.Learn;

/// <summary>A network of the story, to be tried out by itself.</summary>
/// <param name="Name">What clients call it.</param>
/// <param name="IsIn">Whether a folder holds one.</param>
/// <param name="How">The command that makes one.</param>
internal sealed record Lesson(string Name, Func<string, bool> IsIn, string How)
{
    /// <summary>Guesses hidden words.</summary>
    public static Lesson Words { get; } =
        new("words", folder => IsOfClass(folder, "BertForMaskedLM", nameof(ConvolutionalWordModel)), "pareidolia train bert recipes/bert/bert.json");

    /// <summary>Writes a text on.</summary>
    public static Lesson Text { get; } = new("text", folder => IsOfClass(folder, "GPT2LMHeadModel"), "pareidolia train gpt recipes/gpt/gpt.json");

    /// <summary>Puts pictures and texts into one space.</summary>
    public static Lesson Clip { get; } = new("clip", folder => Directory.Exists(Path.Combine(folder, "clip")), "pareidolia train clip recipes/emoji/clip.json");

    /// <summary>Draws in one pass, and has a latent space to walk through.</summary>
    public static Lesson Gan { get; } = new("gan", GanPipeline.IsAt, "pareidolia train gan recipes/mnist/gan.json");

    /// <summary>Takes noise away.</summary>
    public static Lesson Noise { get; } =
        new("noise", folder => Directory.Exists(Path.Combine(folder, "unet")), "pareidolia train diffusion recipes/emoji/diffusion.json");

    /// <summary>Draws what CLIP sees in a picture.</summary>
    public static Lesson UnClip { get; } = new("unclip", DrawsFromPictures, "pareidolia train diffusion recipes/emoji/unclip-decoder.json");

    /// <summary>All of them, in the order of the story.</summary>
    public static IReadOnlyList<Lesson> All { get; } = [Words, Text, Clip, Gan, Noise, UnClip];

    private static bool IsOfClass(string folder, params string[] classes) => ConfigOf(folder)?.Texts("architectures", []) is [string only] && classes.Contains(only);

    private static bool DrawsFromPictures(string folder) => ConfigOf(Path.Combine(folder, "unet"))?.Text("encoder_hid_dim_type") == "image_proj";

    private static JsonConfig? ConfigOf(string folder) =>
        Path.Combine(folder, "config.json") is string file && File.Exists(file) ? JsonConfig.Load(file) : null;
}
