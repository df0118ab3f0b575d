using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Training;
using Pareidolia.Tests.Training.Gans;

namespace Pareidolia.Tests.Cli;

/// <summary>Commands for GANs, for classes named in words, and for data of one's own.</summary>
public sealed class GanCommandsTests : IDisposable
{
    private static readonly Lazy<(TemporaryFolder Folder, string Model)> s_gan = new(() =>
    {
        TemporaryFolder folder = new();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        return (folder, TinyGans.Trained(folder, TinyGans.Dcgan));
    });

    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public void A_seed_gives_its_picture_whatever_is_drawn_beside_it()
    {
        Ran three = CommandLine.Run("generate", "a red disc", "--model", s_gan.Value.Model, "--seed", "5", "--count", "3", "--json", "-o", _line["three"]);
        Assert.Equal((0, ""), (three.Code, three.Error));
        JsonElement[] pictures = [.. JsonElement.Parse(three.Output).GetProperty("pictures").EnumerateArray()];
        Assert.Equal([5, 6, 7], pictures.Select(picture => picture.GetProperty("seed").GetInt32()));
        Assert.Equal(0, CommandLine.Run("generate", "a red disc", "--model", s_gan.Value.Model, "--seed", "6", "-o", _line["one.png"]).Code);
        Image alone = ImageFile.Read(_line["one.png"]), second = ImageFile.Read(pictures[1].GetProperty("file").GetString()!);
        Assert.Equal(second.Pixels, alone.Pixels);
        Assert.NotEqual(second.Pixels, ImageFile.Read(pictures[0].GetProperty("file").GetString()!).Pixels);
        Assert.Contains("Seed: 6", alone.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_prompts_is_drawn_under_its_names()
    {
        File.WriteAllText(_line["prompts.txt"], "one\ta red disc\ntwo\ta blue square\n");
        Assert.Equal(0, CommandLine.Run("generate", "--prompts", _line["prompts.txt"], "--model", s_gan.Value.Model, "--grid", "-o", _line["out"]).Code);
        Assert.Equal(["out/one.png", "out/prompts-grid.png", "out/two.png", "prompts.txt"], _line.Files);
    }

    [Theory]
    [InlineData("--steps", "5")]
    [InlineData("--negative", "blurry")]
    [InlineData("--sampler", "ddim")]
    [InlineData("--x", "Seed: 1, 2")]
    [InlineData("--style", "flat")]
    [InlineData("--tiling", "x")]
    [InlineData("--hires", "2")]
    [InlineData("--init", "nothing.png")]
    [InlineData("--preview-every", "1")]
    [InlineData("--control", "net.safetensors")]
    [InlineData("--lora", "lora.safetensors")]
    [InlineData("--vae-tiling", "on")]
    public void A_setting_that_means_nothing_to_a_gan_is_refused(string option, string value)
    {
        Ran ran = CommandLine.Run("generate", "a red disc", "--model", s_gan.Value.Model, option, value, "-o", _line["x.png"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains($"{option} means nothing to it", ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_line.Files);
    }

    [Theory]
    [InlineData("The prompt is empty", "generate", "  ")]
    [InlineData("The prompt is empty", "walk", "a red disc", "")]
    [InlineData("Count is 2000000000; a number from 1 to 10000", "generate", "a red disc", "--count", "2000000000")]
    [InlineData("Count is 0;", "generate", "a red disc", "--count", "0")]
    public void What_a_gan_cannot_draw_is_refused_before_anything_is_written(string said, string command, params string[] arguments)
    {
        Ran ran = CommandLine.Run([command, .. arguments, "--model", s_gan.Value.Model, "-o", _line["x.png"]]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(said, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_line.Files);
    }

    [Fact]
    public void Every_prompt_for_a_gan_is_measured()
    {
        File.WriteAllText(_line["prompts.txt"], $"a red disc\n{new string('a', 100_000)}\n");
        Ran listed = CommandLine.Run("generate", "--prompts", _line["prompts.txt"], "--model", s_gan.Value.Model, "-o", _line["out"]);
        Ran walked = CommandLine.Run("walk", "a red disc", new string('a', 100_000), "--model", s_gan.Value.Model, "-o", _line["walk.png"]);
        foreach (Ran ran in (Ran[])[listed, walked])
        {
            Assert.Equal(2, ran.Code);
            Assert.Contains("The prompt has 100000 characters; at most 32000 are read", ran.ErrorLine, StringComparison.Ordinal);
        }
        Assert.Equal(["prompts.txt"], _line.Files);
    }

    [Fact]
    public void A_walk_begins_and_ends_at_its_prompts()
    {
        Assert.Equal(0, CommandLine.Run("walk", "a red disc", "a blue square", "--model", s_gan.Value.Model, "--seed", "3", "--to-seed", "8", "--steps", "4", "--rows", "2", "-o", _line["walk.png"]).Code);
        Image walk = ImageFile.Read(_line["walk.png"]);
        Assert.Equal(((4 * 16) + (3 * 2), (2 * 16) + 2), (walk.Width, walk.Height));
        Assert.Equal(0, CommandLine.Run("generate", "a blue square", "--model", s_gan.Value.Model, "--seed", "8", "-o", _line["end.png"]).Code);
        Assert.Equal(ImageFile.Read(_line["end.png"]).Pixels, walk.Crop(3 * 18, 0, 16, 16).Pixels);
    }

    [Fact]
    public void Only_a_gan_is_walked_through()
    {
        Assert.Contains("is no GAN", CommandLine.Run("walk", "a", "--model", TinyModel.Folder).ErrorLine, StringComparison.Ordinal);
        Assert.Contains("--steps is 1; 2 to 64", CommandLine.Run("walk", "a", "--model", s_gan.Value.Model, "--steps", "1").ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Probabilities_of_labels_add_up_and_come_in_order()
    {
        PngWriter.Write(_line["p.png"], new Image(20, 20));
        Ran ran = CommandLine.Run("classify", _line["p.png"], "--labels", "a red apple, a cat,a house", "--model", TinyModel.Folder, "--json");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        JsonElement labels = JsonElement.Parse(ran.Output).GetProperty("pictures")[0].GetProperty("labels");
        double[] probabilities = [.. labels.EnumerateArray().Select(label => label.GetProperty("probability").GetDouble())];
        Assert.Equal(3, probabilities.Length);
        Assert.Equal(1, probabilities.Sum(), 1e-4);
        Assert.Equal(probabilities.OrderDescending(), probabilities);
        Ran text = CommandLine.Run("classify", _line["p.png"], "--labels", "a red apple,a cat", "--template", "a drawing of {label}", "--model", TinyModel.Folder);
        Assert.Matches(@"^(a red apple|a cat) +\d+\.\d %$", text.Lines[0]);
    }

    [Theory]
    [InlineData("only one", "{label}", "two or more different classes")]
    [InlineData("a,a", "{label}", "two or more different classes")]
    [InlineData("a,b", "a picture", "has no {label}")]
    public void Labels_and_templates_that_cannot_serve_are_refused(string labels, string template, string said)
    {
        PngWriter.Write(_line["p.png"], new Image(20, 20));
        Ran ran = CommandLine.Run("classify", _line["p.png"], "--labels", labels, "--template", template, "--model", TinyModel.Folder);
        Assert.Equal(2, ran.Code);
        Assert.Contains(said, ran.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Eval_draws_the_correlation_matrix()
    {
        using TemporaryFolder data = new();
        TinyData.Write(data, "{}");
        Assert.Equal(0, CommandLine.Run("eval", "--model", TinyModel.Folder, "--data", data.Path, "--shards", "tiny.tar", "--matrix", _line["m.png"]).Code);
        Image matrix = ImageFile.Read(_line["m.png"]);
        Assert.Equal(matrix.Width, matrix.Height);
        // 8 pictures and captions: a cell is as large as another, the darkest black and the brightest white.
        Assert.Equal(0, matrix.Width % 8);
        Assert.Equal((0, 255), (matrix.Pixels.Min(), matrix.Pixels.Max()));
    }

    [Fact]
    public void Own_data_is_checked_and_packed()
    {
        using TemporaryFolder data = new();
        TinyData.Write(data, "{}");
        Ran check = CommandLine.Run("data", "check", data["tiny.tar"], "--sheet", _line["sheet.png"], "--json");
        Assert.Equal((0, ""), (check.Code, check.Error));
        Assert.Equal(8, JsonElement.Parse(check.Output).GetProperty("pictures").GetInt32());
        Assert.Equal(8, JsonElement.Parse(check.Output).GetProperty("sizes").GetProperty("16x16").GetInt32());
        Assert.True(File.Exists(_line["sheet.png"]));
        Assert.Matches("pictures +8\n", CommandLine.Run("data", "check", data["tiny.tar"]).Output);
        Assert.Contains($"{_line["sheet-1.png"]}  ", CommandLine.Run("data", "check", data["tiny.tar"], "--sheet", _line["sheet.png"]).Output, StringComparison.Ordinal);
        Ran pack = CommandLine.Run("data", "pack", data.Path, "-o", _line["packed"], "--name", "shapes", "--per-shard", "3");
        Assert.Contains("8 pictures to train on, 0 held out, 0 left out", pack.Output, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(_line["packed"], "shapes-train-*.tar").Length);
        Ran again = CommandLine.Run("data", "pack", data.Path, "-o", _line["packed"], "--name", "shapes");
        Assert.Equal(2, again.Code);
        Assert.Contains("overwrite (--force)", again.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(0, CommandLine.Run("data", "pack", data.Path, "-o", _line["packed"], "--name", "shapes", "--force").Code);
        Assert.Single(Directory.GetFiles(_line["packed"], "shapes-train-*.tar"));
    }

    [Fact]
    public void An_empty_folder_is_no_data_and_leaves_nothing_behind()
    {
        Directory.CreateDirectory(_line["empty"]);
        foreach (string[] arguments in (string[][])[["check", _line["empty"]], ["pack", _line["empty"], "-o", _line["packed"]]])
        {
            Ran ran = CommandLine.Run(["data", .. arguments]);
            Assert.Equal(2, ran.Code);
            Assert.Contains("no picture with a caption", ran.ErrorLine, StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(_line["packed"]));
    }

    [Theory]
    [InlineData("--per-shard", "0", "--per-shard is 0")]
    [InlineData("--hold-out", "0.9", "--hold-out is 0.9")]
    [InlineData("--name", "a/b", "--name is 'a/b'")]
    public void A_pack_that_cannot_be_made_is_refused(string option, string value, string said)
    {
        Ran ran = CommandLine.Run("data", "pack", _line["."], "-o", _line["packed"], option, value);
        Assert.Equal(2, ran.Code);
        Assert.Contains(said, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("no folder or shard", CommandLine.Run("data", "check", _line["nothing"]).ErrorLine, StringComparison.Ordinal);
        Assert.Contains("no picture with a caption", CommandLine.Run("data", "pack", _line["."], "-o", _line["packed"]).ErrorLine, StringComparison.Ordinal);
    }
}
