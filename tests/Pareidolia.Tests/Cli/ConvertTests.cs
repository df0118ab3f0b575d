using System.Text.Json;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Weights.Checkpoints;

namespace Pareidolia.Tests.Cli;

public sealed class ConvertTests
{
    [Fact]
    public void A_folder_becomes_a_file_that_inspect_knows_and_a_folder_of_shards_again()
    {
        using CommandLine cli = new();
        Ran ran = CommandLine.Run("convert", TinyModel.Folder, cli["x.safetensors"], "--dtype", "f16");
        Assert.Equal((0, cli["x.safetensors"]), (ran.Code, ran.Lines[0]));
        Ran seen = CommandLine.Run("inspect", cli["x.safetensors"], "--size", "64x32");
        Assert.Contains("\nfamily: Stable Diffusion 1\n", seen.Output, StringComparison.Ordinal);
        Assert.Contains("\nprecision: F16\n", seen.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nmemory: \d.* for the weights, which run as float32; drawing 64x32 takes about \d", seen.Output);
        ran = CommandLine.Run("convert", cli["x.safetensors"], cli["folder"], "--config", TinyModel.Folder, "--max-shard-size", "20kB");
        Assert.Equal(0, ran.Code);
        Assert.Contains("the folder has no tokenizer", ran.ErrorLine, StringComparison.Ordinal);
        Assert.True(File.Exists(cli["folder/unet/diffusion_pytorch_model.safetensors.index.json"]));
        Assert.Contains("--force", CommandLine.Run("convert", TinyModel.Folder, cli["x.safetensors"]).ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--layout is 'flat'; diffusers or single is needed", "out", "--layout", "flat")]
    [InlineData("is named otherwise", "out.ckpt", "--layout", "single")]
    [InlineData("--dtype is 'int4'; f32, f16, bf16 are known", "out", "--dtype", "int4")]
    [InlineData("--max-shard-size is 'big'", "out", "--max-shard-size", "big")]
    [InlineData("is for folders", "out.safetensors", "--max-shard-size", "5GB")]
    public void Mistakes_get_one_sentence(string why, string to, params string[] options)
    {
        using CommandLine cli = new();
        Ran ran = CommandLine.Run(["convert", TinyModel.Folder, cli[to], .. options]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(why, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(cli.Files);
    }

    [Fact]
    public void Inspect_tells_mixed_precision_and_what_is_no_model()
    {
        using GoldenCheckpoint checkpoint = new("sdxl-single-file");
        JsonElement model = JsonDocument.Parse(CommandLine.Run("inspect", checkpoint.File, "--json").Output).RootElement;
        Assert.Equal("Stable Diffusion XL", model.GetProperty("family").GetString());
        Assert.Equal("F16", model.GetProperty("precision").GetString());
        using CommandLine cli = new();
        Assert.Equal(0, CommandLine.Run("convert", TinyModel.Folder, cli["half"], "--dtype", "f16").Code);
        const string Vae = "vae/diffusion_pytorch_model.safetensors";
        File.Copy(Path.Combine(TinyModel.Folder, Vae), cli[$"half/{Vae}"], overwrite: true);
        Assert.Matches(@"\nprecision: mixed: F16 [\d.]+ %, F32 [\d.]+ %\n|\nprecision: mixed: F32 [\d.]+ %, F16 [\d.]+ %\n", CommandLine.Run("inspect", cli["half"]).Output);
        Assert.True(model.GetProperty("memory").GetProperty("peak_bytes").GetInt64() > model.GetProperty("weights_memory_bytes").GetInt64());
        Assert.Empty(model.GetProperty("unknown_tensors").EnumerateArray());
        Ran vae = CommandLine.Run("inspect", Path.Combine(TinyModel.Folder, "vae", "diffusion_pytorch_model.safetensors"));
        Assert.Contains("\nfamily: an autoencoder (VAE) alone", vae.Output, StringComparison.Ordinal);
    }
}
