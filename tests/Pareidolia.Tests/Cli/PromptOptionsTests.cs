using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary>The options that decide how prompts are read and what joins the model.</summary>
public sealed class PromptOptionsTests
{
    private static readonly string[] s_quick = ["--seed", "7", "--steps", "1"];

    [Fact]
    public void A_style_of_a_file_and_a_choice_are_written_into_the_picture()
    {
        using CommandLine cli = new();
        File.WriteAllText(cli["styles.csv"], "name,prompt,negative_prompt\nink,{prompt} in ink,colour\n");
        File.WriteAllText(cli["animal.txt"], "cat\n");
        Ran ran = CommandLine.Generate(
            ["a __animal__ {x|x}", "-o", cli["a.png"], "--dialect", "a1111", "--styles", cli["styles.csv"], "--style", "ink",
            "--wildcards", Path.GetDirectoryName(cli["animal.txt"])!, "--clip-skip", "-2", .. s_quick]);
        Assert.Equal(0, ran.Code);
        Infotext infotext = Infotext.Parse(PngReader.Read(cli["a.png"]).Texts[Infotext.Key]);
        Assert.Equal(("a cat x in ink", "colour"), (infotext.Prompt, infotext.NegativePrompt));
        Assert.Equal(("a1111", "2"), (infotext.Fields["Prompt dialect"], infotext.Fields["Clip skip"]));
    }

    [Theory]
    [InlineData("there are plain, a1111, comfyui", "a cat", "--dialect", "latin")]
    [InlineData("name the folder of LoRAs with --lora-dir", "a cat <lora:ink:1>")]
    [InlineData("The LoRA 'none.safetensors:0.5' is not there", "a cat", "--lora", "none.safetensors:0.5")]
    [InlineData("The folder of embeddings 'nowhere' does not exist", "a cat", "--embeddings", "nowhere")]
    [InlineData("The folder of wildcards 'nowhere' does not exist", "a cat", "--wildcards", "nowhere")]
    [InlineData("name its file with --control", "a cat", "--control-image", "edges.png")]
    public void What_is_wrong_is_one_sentence(string expected, params string[] arguments)
    {
        Ran ran = CommandLine.Generate([.. arguments, .. s_quick]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(expected, ran.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_is_controlled_by_nothing_is_refused() =>
        Assert.Contains(
            "needs a picture to look at",
            CommandLine.Generate(["a cat", "--control", Path.Combine(TinyModel.Folder, "none.safetensors"), .. s_quick]).ErrorLine, StringComparison.Ordinal);
}
