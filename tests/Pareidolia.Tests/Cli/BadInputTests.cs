using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary>Whatever is wrong with the input: one clear line, exit code 2, nothing written.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly CommandLine _cli = new();

    public static TheoryData<string, string[]> Cases => new()
    {
        { "prompt is empty", ["", "-o", "{}/a.png"] },
        { "prompt is empty", ["   ", "-o", "{}/a.png"] },
        { "There is no prompt", ["-o", "{}/a.png"] },
        { "Both a prompt and --prompts", ["a cat", "--prompts", "{}/none.txt"] },
        { "Cannot read the prompts", ["--prompts", "{}/none.txt", "-o", "{}/out"] },
        { "100000 characters; at most 32000", ["{long}", "-o", "{}/a.png"] },
        { "sampler \"magic\" is not known; there are euler", ["a cat", "-o", "{}/a.png", "--sampler", "magic"] },
        { "Width is 33, but this model draws multiples of 8 pixels: the nearest is 32", ["a cat", "-o", "{}/a.png", "--size", "33"] },
        { "Height is 30, but this model draws multiples of 8 pixels: the nearest is 32", ["a cat", "-o", "{}/a.png", "--size", "64x30"] },
        { "--size is 'big'", ["a cat", "-o", "{}/a.png", "--size", "big"] },
        { "Width is 0", ["a cat", "-o", "{}/a.png", "--size", "0"] },
        { "The noise mode \"gpu\" is not known; there are diffusers, a1111-cpu", ["a cat", "-o", "{}/a.png", "--noise", "gpu"] },
        { "The noise schedule \"karas\" is not known", ["a cat", "-o", "{}/a.png", "--sampler", "euler", "--schedule", "karas"] },
        { "Variation strength is 2; a number from 0 to 1", ["a cat", "-o", "{}/a.png", "--variation-strength", "2"] },
        { "Guidance start is -1; a number from 0 to 1", ["a cat", "-o", "{}/a.png", "--guidance-start", "-1"] },
        { "--mimic-percentile needs --mimic-guidance", ["a cat", "-o", "{}/a.png", "--mimic-percentile", "0.9"] },
        { "Steps is 0", ["a cat", "-o", "{}/a.png", "--steps", "0"] },
        { "Steps is -3", ["a cat", "-o", "{}/a.png", "--steps", "-3"] },
        { "1000 steps", ["a cat", "-o", "{}/a.png", "--steps", "1000"] },
        { "--steps is '2.5'", ["a cat", "-o", "{}/a.png", "--steps", "2.5"] },
        { "Guidance is NaN", ["a cat", "-o", "{}/a.png", "--guidance", "NaN"] },
        { "--guidance is 'much'", ["a cat", "-o", "{}/a.png", "--guidance", "much"] },
        { "Count is 0", ["a cat", "-o", "{}/a.png", "--count", "0"] },
        { "--seed is '-7'", ["a cat", "-o", "{}/a.png", "--seed", "-7"] },
        { "--threads is 0", ["a cat", "-o", "{}/a.png", "--threads", "0"] },
        { "There is no style 'oil'; this model has noto, fluent-3d", ["a cat", "-o", "{}/a.png", "--style", "oil"] },
        { "pictures are written as PNG, JPEG or WebP", ["a cat", "-o", "{}/a.gif"] },
        { "is not a folder", ["a cat", "-o", "{}/file/a.png"] },
        { "There is no model '{}/none'", ["a cat", "-o", "{}/a.png", "--model", "{}/none"] },
        { "no model_index.json", ["a cat", "-o", "{}/a.png", "--model", "{}/empty"] },
        { "--vae-tiling is 'much'; auto, on or off", ["a cat", "-o", "{}/a.png", "--vae-tiling", "much"] },
        { "Cannot read the weights '{}/none'", ["a cat", "-o", "{}/a.png", "--vae", "{}/none"] },
        { "--colour", ["a cat", "-o", "{}/a.png", "--colour"] },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Generate_refuses(string message, string[] arguments)
    {
        File.WriteAllText(_cli["file"], "in the way");
        Directory.CreateDirectory(_cli["empty"]);
        string[] filled = [.. arguments.Select(Fill)];
        string[] model = arguments.Contains("--model") ? [] : ["--model", TinyModel.Folder];
        AssertRefused(CommandLine.Run(["generate", .. filled, .. model]), Fill(message), "file");
    }

    [Theory]
    [InlineData("Line 2 of '{}/list.txt' has a name and no prompt", "a\ta cat\nb\t \n")]
    [InlineData("Line 1 of '{}/list.txt' names its picture '../a'", "../a\ta cat\n")]
    [InlineData("holds no prompt", "\n \n")]
    public void A_list_of_prompts_is_refused(string message, string content)
    {
        File.WriteAllText(_cli["list.txt"], content);
        AssertRefused(CommandLine.Generate("--prompts", _cli["list.txt"], "-o", _cli["out"]), Fill(message), "list.txt");
    }

    [Fact]
    public void A_list_of_prompts_does_not_go_into_one_file()
    {
        File.WriteAllText(_cli["list.txt"], "a cat\na bird\n");
        AssertRefused(CommandLine.Generate("--prompts", _cli["list.txt"], "-o", _cli["a.png"]), "-o is one file", "list.txt");
    }

    [Theory]
    [InlineData("unet/diffusion_pytorch_model.safetensors", 100)]
    [InlineData("unet/config.json", 10)]
    [InlineData("tokenizer/vocab.json", 100)]
    [InlineData("model_index.json", 20)]
    [InlineData("pareidolia.json", 30)]
    [InlineData("vae/diffusion_pytorch_model.safetensors", 5000)]
    public void A_damaged_model_is_refused(string file, int length)
    {
        using TemporaryFolder model = new();
        TinyModel.CopyTo(model);
        File.WriteAllBytes(model[file], File.ReadAllBytes(model[file])[..length]);
        AssertRefused(CommandLine.Run("generate", "a cat", "-o", _cli["a.png"], "--model", model.Path), "");
    }

    [Theory]
    [InlineData("unet/diffusion_pytorch_model.safetensors")]
    [InlineData("text_encoder/config.json")]
    [InlineData("tokenizer/merges.txt")]
    [InlineData("scheduler/scheduler_config.json")]
    public void A_missing_part_is_refused(string file)
    {
        using TemporaryFolder model = new();
        TinyModel.CopyTo(model);
        File.Delete(model[file]);
        AssertRefused(CommandLine.Run("generate", "a cat", "-o", _cli["a.png"], "--model", model.Path), "");
    }

    [Fact]
    public void Verifying_without_a_CLIP_is_refused()
    {
        using TemporaryFolder model = new();
        TinyModel.CopyTo(model);
        Directory.Delete(model["clip"], recursive: true);
        AssertRefused(CommandLine.Run("generate", "a cat", "-o", _cli["a.png"], "--model", model.Path, "--verify"), "has no clip/");
    }

    [Fact]
    public void A_network_that_says_NaN_gives_an_error_and_no_grey_picture()
    {
        using TemporaryFolder model = new();
        StableDiffusionPipelineTests.DamageUNet(model);
        AssertFailsWhileDrawing(model, "not finite after step 1");
    }

    [Fact]
    public void Latents_of_one_number_give_an_error_and_no_grey_picture()
    {
        using TemporaryFolder model = new();
        StableDiffusionPipelineTests.SilenceUNet(model);
        AssertFailsWhileDrawing(model, "one and the same number everywhere after step 3");
    }

    [Fact]
    public void An_autoencoder_that_says_nothing_gives_an_error_and_no_grey_picture()
    {
        using TemporaryFolder model = new();
        StableDiffusionPipelineTests.SilenceDecoder(model);
        AssertFailsWhileDrawing(model, "The decoded picture is one and the same number everywhere");
    }

    [Fact]
    public void An_interrupted_run_ends_with_130_and_without_a_file()
    {
        Ran ran = CommandLine.Run(["generate", "a cat", "-o", _cli["a.png"], "--model", TinyModel.Folder], new CancellationToken(canceled: true));
        Assert.Equal(130, ran.Code);
        Assert.EndsWith("pareidolia: interrupted.\n", ran.Error, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    public void Dispose() => _cli.Dispose();

    private void AssertFailsWhileDrawing(TemporaryFolder model, string message)
    {
        Ran ran = CommandLine.Run("generate", "a cat", "-o", _cli["a.png"], "--model", model.Path);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    private string Fill(string text) => text.Replace("{}", _cli[""].TrimEnd('/'), StringComparison.Ordinal)
        .Replace("{long}", new string('a', 100_000), StringComparison.Ordinal);

    private void AssertRefused(Ran ran, string message, params string[] files)
    {
        Assert.Equal(2, ran.Code);
        Assert.StartsWith("pareidolia: ", ran.ErrorLine, StringComparison.Ordinal);
        Assert.Contains(message, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(ran.Output);
        Assert.Equal(files, _cli.Files);
    }
}
