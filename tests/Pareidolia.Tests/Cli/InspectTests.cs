using System.Text.Json;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

public sealed class InspectTests
{
    [Fact]
    public void A_model_is_listed_part_by_part()
    {
        Ran ran = CommandLine.Run("inspect", TinyModel.Folder);
        Assert.Equal(0, ran.Code);
        Assert.StartsWith($"{TinyModel.Folder}  StableDiffusionPipeline\n", ran.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nunet +UNet2DConditionModel +\d.* F32 ", ran.Output);
        Assert.Matches(@"\nupscaler +PixelShuffleUpscaler ", ran.Output);
        Assert.Matches(@"\nclip +CLIPModel ", ran.Output);
        Assert.Matches(@"\nmemory: \d", ran.Output);
    }

    [Fact]
    public void Json_counts_what_the_tensors_hold()
    {
        JsonElement model = JsonDocument.Parse(CommandLine.Run("inspect", TinyModel.Folder, "--json").Output).RootElement;
        JsonElement[] parts = [.. model.GetProperty("parts").EnumerateArray()];
        long counted = parts.SelectMany(part => part.GetProperty("tensors").EnumerateArray())
            .Sum(tensor => tensor.GetProperty("shape").EnumerateArray().Aggregate(1L, (product, extent) => product * extent.GetInt64()));
        Assert.Equal(counted, model.GetProperty("parameters").GetInt64());
        Assert.Equal(4 * counted, model.GetProperty("weights_memory_bytes").GetInt64());
    }

    [Fact]
    public void A_file_lists_its_tensors()
    {
        Ran ran = CommandLine.Run("inspect", Path.Combine(TinyModel.Folder, "vae", "diffusion_pytorch_model.safetensors"), "--tensors");
        Assert.Equal(0, ran.Code);
        Assert.Matches(@"\n  decoder\.conv_in\.weight +F32  \[16, 4, 3, 3\]\n", ran.Output);
    }

    [Fact]
    public void A_picture_tells_its_settings()
    {
        using CommandLine cli = new();
        CommandLine.Generate("a red apple", "-o", cli["apple.png"], "--seed", "42");
        Ran ran = CommandLine.Run("inspect", cli["apple.png"]);
        Assert.StartsWith($"{cli["apple.png"]}  32x32\na red apple\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("Seed: 42", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_an_index_lists_its_parts_and_files()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["vae"]);
        foreach (string file in Directory.GetFiles(Path.Combine(TinyModel.Folder, "vae")))
            File.Copy(file, Path.Combine(folder["vae"], Path.GetFileName(file)));
        File.Copy(Path.Combine(TinyModel.Folder, "vae", "diffusion_pytorch_model.safetensors"), folder["extra.safetensors"]);
        Ran ran = CommandLine.Run("inspect", folder.Path);
        Assert.Equal(0, ran.Code);
        Assert.Matches(@"\nvae +AutoencoderKL +[1-9]", ran.Output);
        Assert.Matches(@"\nextra\.safetensors +- +[1-9]", ran.Output);
        Assert.Matches(@"\nvae +AutoencoderKL +[1-9]", CommandLine.Run("inspect", folder["vae"] + Path.DirectorySeparatorChar).Output);
    }

    [Fact]
    public void What_is_no_model_is_refused()
    {
        using CommandLine cli = new();
        Directory.CreateDirectory(cli["runs/one"]);
        foreach (string folder in (string[])["runs", "runs/one"])
            Assert.Contains("holds no model", CommandLine.Run("inspect", cli[folder]).ErrorLine, StringComparison.Ordinal);
        File.WriteAllText(cli["note.safetensors"], "no");
        Assert.Equal(2, CommandLine.Run("inspect", cli["note.safetensors"]).Code);
        Assert.Contains("There is no model", CommandLine.Run("inspect", cli["none"]).ErrorLine, StringComparison.Ordinal);
    }
}
