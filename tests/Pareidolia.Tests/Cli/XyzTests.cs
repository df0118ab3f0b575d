using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

public sealed class XyzTests : IDisposable
{
    private readonly CommandLine _cli = new();

    [Fact]
    public void Each_cell_is_the_picture_that_its_settings_give_alone()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["grid.png"], "--seed", "3", "--x", "steps=2,4", "--y", "guidance=1-5 (+4)", "--cells", _cli["cells"]);
        Assert.Equal((0, ""), (ran.Code, ran.Code == 0 ? "" : ran.Error));
        Assert.Equal(
            ["cells/steps-2-guidance-1.png", "cells/steps-2-guidance-5.png", "cells/steps-4-guidance-1.png", "cells/steps-4-guidance-5.png", "grid.png"], _cli.Files);
        Assert.Contains("grid.png  ", ran.Lines[^1], StringComparison.Ordinal);
        Assert.Contains("a grid of 2 x 2 pictures", ran.Lines[^1], StringComparison.Ordinal);
        CommandLine.Generate("a cat", "-o", _cli["alone.png"], "--seed", "3", "--steps", "4", "--guidance", "5");
        Assert.Equal(File.ReadAllBytes(_cli["alone.png"]), File.ReadAllBytes(_cli["cells/steps-4-guidance-5.png"]));
        Image grid = PngReader.Read(_cli["grid.png"]);
        Image corner = grid.Crop(grid.Width - 32, grid.Height - 32, 32, 32), left = grid.Crop(grid.Width - 68, grid.Height - 32, 32, 32);
        Assert.Equal(PngReader.Read(_cli["alone.png"]).Pixels, corner.Pixels);
        Assert.Equal(PngReader.Read(_cli["cells/steps-2-guidance-5.png"]).Pixels, left.Pixels);
    }

    [Fact]
    public void The_settings_inside_are_the_first_cells_and_the_web_uis_words_for_the_axes()
    {
        CommandLine.Generate("a cat", "-o", _cli["grid.png"], "--seed", "3", "--x", "Steps=2-3", "--y", "CFG Scale=1,5", "--z", "sampler=euler,dpmpp_2m");
        Infotext infotext = Infotext.Parse(PngReader.Read(_cli["grid.png"]).Texts[Infotext.Key]);
        Assert.Equal("a cat", infotext.Prompt);
        string[] expected =
        [
            "Steps=2", "Sampler=Euler", "CFG scale=1", "Script=X/Y/Z plot", "X Type=Steps", "X Values=2-3", "Y Type=CFG Scale", "Y Values=1,5",
            "Z Type=Sampler", "Z Values=euler,dpmpp_2m",
        ];
        Assert.Empty(expected.Except(infotext.Fields.Select(field => $"{field.Key}={field.Value}")));
    }

    [Fact]
    public void Grids_of_Z_stand_side_by_side()
    {
        CommandLine.Generate("a cat", "-o", _cli["one.png"], "--seed", "3", "--x", "steps=2,3", "--y", "guidance=1,5");
        CommandLine.Generate("a cat", "-o", _cli["two.png"], "--seed", "3", "--x", "steps=2,3", "--y", "guidance=1,5", "--z", "seed=3,4");
        Image one = PngReader.Read(_cli["one.png"]), two = PngReader.Read(_cli["two.png"]);
        Assert.Equal(2 * one.Width + 4, two.Width);
        Assert.Equal(one.Pixels, two.Crop(0, two.Height - one.Height, one.Width, one.Height).Pixels);
        Assert.True(two.Height > one.Height);
    }

    [Fact]
    public void Words_of_the_prompt_are_replaced()
    {
        CommandLine.Generate("a red apple", "-o", _cli["grid.png"], "--seed", "3", "--x", "Prompt S/R=red,\"big, green\"", "--cells", _cli["cells"], "--style", "none");
        Assert.StartsWith("a big, green apple\n", PngReader.Read(_cli["cells/prompt-sr-big-green.png"]).Texts[Infotext.Key], StringComparison.Ordinal);
        CommandLine.Generate("a big, green apple", "-o", _cli["alone.png"], "--seed", "3", "--style", "none");
        Assert.Equal(File.ReadAllBytes(_cli["alone.png"]), File.ReadAllBytes(_cli["cells/prompt-sr-big-green.png"]));
    }

    [Theory]
    [InlineData("size=32,40")]
    [InlineData("style=noto,3d,")]
    [InlineData("negative=blurry,\"dark, red\"")]
    [InlineData("clip-skip=1,2")]
    [InlineData("eta=0,1")]
    [InlineData("schedule=karras,simple")]
    [InlineData("guidance-start=0-1 [3]")]
    [InlineData("prompt=a cat,a dog")]
    [InlineData("noise=comfyui,a1111-gpu")]
    public void Every_option_can_be_an_axis(string axis)
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["grid.png"], "--seed", "3", "--sampler", "euler_a", "--y", axis);
        Assert.Equal((0, ""), (ran.Code, ran.Code == 0 ? "" : ran.Error));
        Assert.Equal(["grid.png"], _cli.Files);
    }

    [Fact]
    public void An_axis_takes_the_place_of_what_the_command_line_says()
    {
        CommandLine.Run(
            "generate", "--model", TinyModel.Folder, "--steps=9", "-n", "blurry", "-o", _cli["grid.png"], "--x", "negative=dark,", "--y", "steps=2", "--cells", _cli["cells"], "--", "--a cat");
        Assert.Equal(["cells/negative-dark-steps-2.png", "cells/negative-steps-2.png", "grid.png"], _cli.Files);
        Infotext dark = Infotext.Parse(PngReader.Read(_cli["cells/negative-dark-steps-2.png"]).Texts[Infotext.Key]);
        Assert.Equal(("--a cat", "dark", "2"), (dark.Prompt, dark.NegativePrompt, dark.Fields["Steps"]));
        Assert.Equal("", Infotext.Parse(PngReader.Read(_cli["cells/negative-steps-2.png"]).Texts[Infotext.Key]).NegativePrompt);
    }

    [Fact]
    public void A_seed_that_is_left_to_chance_is_one_for_all_and_told_where_it_is_an_axis()
    {
        CommandLine.Generate("a cat", "-o", _cli["a.png"], "--x", "steps=2,2", "--cells", _cli["cells"]);
        Assert.Equal(File.ReadAllBytes(_cli["cells/steps-2.png"]), File.ReadAllBytes(_cli["cells/steps-2-1.png"]));
        CommandLine.Generate("a cat", "-o", _cli["b.png"], "--x", "seed=-1,7");
        Infotext infotext = Infotext.Parse(PngReader.Read(_cli["b.png"]).Texts[Infotext.Key]);
        Assert.Equal("-1,7", infotext.Fields["X Values"]);
        Assert.Equal($"{infotext.Fields["Seed"]}, 7", infotext.Fields["Fixed X Values"]);
    }

    [Fact]
    public void Models_can_be_an_axis()
    {
        using TemporaryFolder other = new();
        TinyModel.CopyTo(other);
        Ran ran = CommandLine.Run(
            "generate", "a cat", "-o", _cli["grid.png"], "--seed", "3", "--steps", "2", "--x", $"Checkpoint name={TinyModel.Folder},{other.Path}", "--cells", _cli["cells"]);
        Assert.Equal((0, 3), (ran.Code, _cli.Files.Count()));
    }

    [Fact]
    public void A_LoRAs_weight_can_change_along_an_axis()
    {
        string golden = Path.Combine(RepositoryRoot.Path, "tests", "golden");
        string[] same = ["--model", Path.Combine(golden, "sd-tiny", "pipeline"), "--lora-dir", Path.Combine(golden, "lora-locon-conv"), "--seed", "1", "--steps", "2"];
        Ran ran = CommandLine.Run(["generate", "a cat <lora:lora_kohya:0>", .. same, "-o", _cli["grid.png"], "--x", "prompt s/r=:0>,:2>", "--cells", _cli["cells"]]);
        Assert.Equal(0, ran.Code);
        CommandLine.Run(["generate", "a cat <lora:lora_kohya:2>", .. same, "-o", _cli["two.png"]]);
        CommandLine.Run(["generate", "a cat", .. same, "-o", _cli["none.png"]]);
        Assert.Equal(File.ReadAllBytes(_cli["two.png"]), File.ReadAllBytes(_cli["cells/prompt-sr-2.png"]));
        Assert.Equal(PngReader.Read(_cli["none.png"]).Pixels, PngReader.Read(_cli["cells/prompt-sr-0.png"]).Pixels);
        Assert.NotEqual(PngReader.Read(_cli["two.png"]).Pixels, PngReader.Read(_cli["none.png"]).Pixels);
    }

    [Fact]
    public void The_result_can_be_JSON()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["out"], "--x", "steps=2,3", "--json");
        JsonElement result = JsonDocument.Parse(ran.Output).RootElement;
        Assert.Equal(_cli["out/a-cat-xyz.png"], result.GetProperty("grid").GetString());
        Assert.Equal(["2", "3"], result.GetProperty("axes")[0].GetProperty("values").EnumerateArray().Select(value => value.GetString()));
    }

    [Fact]
    public void Progress_runs_over_all_cells()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["grid.png"], "--x", "steps=2,3", "--y", "seed=1,2,3");
        Assert.Equal("drawing a grid of 6 pictures, 15 steps\n", ran.Error);
    }

    [Theory]
    [InlineData("'tempo' is nothing that changes along an axis; there are prompt, prompt-sr, negative, steps, guidance, seed", "--x", "tempo=1,2")]
    [InlineData("--x is 'steps'; an option and its values are needed", "--x", "steps")]
    [InlineData("An axis has no values", "--x", "steps=")]
    [InlineData("--steps is 'many'; a whole number is needed", "--x", "steps=2,many")]
    [InlineData("Steps is 0; a number from 1 to 1000", "--x", "steps=2,0")]
    [InlineData("sampler \"magic\" is not known", "--x", "seed=1,2", "--y", "sampler=euler,magic")]
    [InlineData("Width is 33, but this model draws multiples of 8", "--x", "size=32,33")]
    [InlineData("There is no style 'oil'", "--x", "style=noto,oil")]
    [InlineData("Two axes change steps", "--x", "steps=1,2", "--y", "Steps=3,4")]
    [InlineData("'dog' is neither in the prompt nor in --negative", "--x", "prompt-sr=dog,bird")]
    [InlineData("--cells needs --x, --y or --z", "--cells", "cells")]
    [InlineData("--cells is 'cells.png', which is a picture's name", "--x", "steps=1,2", "--cells", "cells.png")]
    [InlineData("--prompts and --count do not go with --x", "--x", "steps=1,2", "--count", "2")]
    [InlineData("--verify do not go with --x", "--x", "steps=1,2", "--verify")]
    [InlineData("A grid of 1000000 pictures is asked for; at most 4096", "--x", "seed=1-1000", "--y", "steps=1-1000")]
    [InlineData("pixels, more than the 67108864 that a picture may have", "--x", "seed=1-35", "--y", "guidance=1-35", "--size", "256")]
    public void What_makes_no_sense_is_refused_before_anything_is_drawn(string message, params string[] options)
    {
        Ran ran = CommandLine.Generate(["a cat", "-o", _cli["grid.png"], .. options]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    public void Dispose() => _cli.Dispose();
}
