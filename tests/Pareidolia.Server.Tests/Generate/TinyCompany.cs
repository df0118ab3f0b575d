using Pareidolia.Imaging;
using Pareidolia.Tests;
using Pareidolia.Tests.Adapters;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Generate;

/// <summary>What may draw beside the tiny model: a refiner, ControlNets as a folder of models has them, and things that do not fit.</summary>
internal static class TinyCompany
{
    /// <summary>A model that says nothing: the same but for its UNet.</summary>
    public const string Refiner = "refiner";

    /// <summary>A model of other latents: cells of 4 pixels.</summary>
    public const string Other = "other";

    private static readonly Lazy<TemporaryFolder> s_folder = new(() =>
    {
        TemporaryFolder folder = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        Make(folder);
        return folder;
    });

    /// <summary>The folder of models, with <c>controlnet/</c>.</summary>
    public static string Folder => s_folder.Value.Path;

    public static string RefinerPath => s_folder.Value[Refiner];

    /// <summary>A ControlNet that fits the tiny model.</summary>
    public static string Control => s_folder.Value["controlnet/edges.safetensors"];

    /// <summary>What it may look at.</summary>
    public static Image Edges(int width = 32, int height = 32) => new(width, height, 3, [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)(i / 5))]);

    /// <summary>A studio that has them all.</summary>
    public static Task<TestStudio> Start(string? folder = null) => TestStudio.Start(
        options => options with { Models = [TinyModel.Lively, RefinerPath, s_folder.Value[Other]], ModelsFolder = Folder }, folder: folder);

    private static void Make(TemporaryFolder folder)
    {
        TinyModel.Make(folder[Refiner]);
        TinyModel.Make(folder[Other]);
        Directory.Delete(folder[$"{Other}/upscaler"], recursive: true);
        Directory.CreateDirectory(folder["controlnet"]);
        TinyControlNet.Write(folder["controlnet/edges.safetensors"]);
        TinyControlNet.Write(folder["controlnet/wider.safetensors"], TinyControlNet.Config() with { CrossAttentionDim = [32, 32] });
        File.Copy(Path.Combine(TinyModel.Folder, "vae", "diffusion_pytorch_model.safetensors"), folder["controlnet/autoencoder.safetensors"]);
    }
}
