using System.Text.Json;
using Pareidolia.Imaging;

namespace Pareidolia.Tests.Cli;

public sealed class GenerateTests : IDisposable
{
    private readonly CommandLine _cli = new();

    [Fact]
    public void A_prompt_becomes_a_picture_and_one_line_says_so()
    {
        Ran ran = CommandLine.Generate("a red apple", "-o", _cli["apple.png"], "--seed", "42");
        Assert.Equal(0, ran.Code);
        Assert.Matches($@"^{_cli["apple.png"]}  32x32  seed 42  3 steps  \d+\.\d s\n$", ran.Output);
        Image image = PngReader.Read(_cli["apple.png"]);
        Assert.Equal((32, 32), (image.Width, image.Height));
        Assert.Contains("Seed: 42", image.Texts["parameters"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_gives_the_same_file_and_another_gives_another()
    {
        CommandLine.Generate("a cat", "-o", _cli["a.png"], "--seed", "1");
        CommandLine.Generate("a cat", "-o", _cli["b.png"], "--seed", "1");
        CommandLine.Generate("a cat", "-o", _cli["c.png"], "--seed", "2");
        Assert.Equal(File.ReadAllBytes(_cli["a.png"]), File.ReadAllBytes(_cli["b.png"]));
        Assert.NotEqual(File.ReadAllBytes(_cli["a.png"]), File.ReadAllBytes(_cli["c.png"]));
    }

    [Fact]
    public void Minus_one_is_any_seed_as_in_other_tools()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["any.png"], "--seed", "-1");
        Assert.Matches(@"  seed \d+  ", ran.Output);
    }

    [Fact]
    public void A_seed_that_nobody_gave_is_found_in_the_output()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["a.png"]);
        string seed = ran.Output.Split("seed ")[1].Split(' ')[0];
        CommandLine.Generate("a cat", "-o", _cli["b.png"], "--seed", seed);
        Assert.Equal(File.ReadAllBytes(_cli["a.png"]), File.ReadAllBytes(_cli["b.png"]));
    }

    [Fact]
    public void An_existing_file_is_kept_and_the_free_name_is_told()
    {
        File.WriteAllText(_cli["apple.png"], "mine");
        Ran ran = CommandLine.Generate("a red apple", "-o", _cli["apple.png"]);
        Assert.Equal("mine", File.ReadAllText(_cli["apple.png"]));
        Assert.StartsWith(_cli["apple-1.png"] + "  ", ran.Output, StringComparison.Ordinal);
        Assert.Contains("apple.png exists; --force overwrites", ran.Output, StringComparison.Ordinal);
        Assert.Equal(["apple-1.png", "apple.png"], _cli.Files);
    }

    [Fact]
    public void Force_overwrites()
    {
        File.WriteAllText(_cli["apple.png"], "mine");
        CommandLine.Generate("a red apple", "-o", _cli["apple.png"], "--force");
        Assert.Equal(32, PngReader.Read(_cli["apple.png"]).Width);
        Assert.Equal(["apple.png"], _cli.Files);
    }

    [Fact]
    public void Several_pictures_share_a_name_and_count_their_seeds_up()
    {
        Ran ran = CommandLine.Generate("a red apple", "-o", _cli["apple.png"], "--count", "3", "--seed", "5", "--force");
        Assert.Equal(["apple-1.png", "apple-2.png", "apple.png"], _cli.Files);
        Assert.Equal(4, ran.Lines.Length);
        Assert.Contains("seed 7", ran.Lines[2], StringComparison.Ordinal);
        Assert.StartsWith("3 pictures  ", ran.Lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void A_solver_that_does_not_know_its_steps_has_a_filmstrip_too()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["a.png"], "--sampler", "dpm_adaptive", "--steps-strip", "--guidance", "1");
        Assert.Equal(0, ran.Code);
        Image strip = PngReader.Read(_cli["a-steps.png"]);
        Assert.InRange((strip.Width + 4) / 36, 3, 8);
        Assert.Equal(0, (strip.Width + 4) % 36);
    }

    [Fact]
    public void A_folder_is_made_and_the_name_follows_from_the_prompt()
    {
        CommandLine.Generate("A red apple, please!", "-o", _cli["new/pictures"]);
        Assert.Equal([Path.Combine("new", "pictures", "a-red-apple-please.png")], _cli.Files);
    }

    [Fact]
    public void Grid_and_filmstrip_come_beside_the_pictures()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["cat.png"], "--count", "2", "--grid", "--steps-strip", "--steps", "5");
        Assert.Equal(["cat-1-steps.png", "cat-1.png", "cat-grid.png", "cat-steps.png", "cat.png"], _cli.Files);
        Assert.Equal((68, 32), SizeOf("cat-grid.png"));
        Assert.Equal((6 * 32 + 5 * 4, 32), SizeOf("cat-steps.png"));
        Assert.Contains("cat-grid.png  all of them", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filmstrip_of_many_steps_has_eight_frames_and_ends_with_the_picture()
    {
        CommandLine.Generate("a cat", "-o", _cli["cat.png"], "--steps-strip", "--steps", "20");
        Image strip = PngReader.Read(_cli["cat-steps.png"]), picture = PngReader.Read(_cli["cat.png"]);
        Assert.Equal(8 * 32 + 7 * 4, strip.Width);
        Assert.Equal(picture.Pixels, strip.Crop(7 * 36, 0, 32, 32).Pixels);
        Assert.NotEqual(strip.Crop(0, 0, 32, 32).Pixels, picture.Pixels);
    }

    [Fact]
    public void A_list_of_prompts_names_its_pictures()
    {
        File.WriteAllText(_cli["list.txt"], "first\ta red apple\n\nsecond.png\ta cat\na blue bird\n");
        Ran ran = CommandLine.Generate("--prompts", _cli["list.txt"], "-o", _cli["out"], "--seed", "3");
        Assert.Equal(0, ran.Code);
        Assert.Equal(["list.txt", "out/a-blue-bird.png", "out/first.png", "out/second.png"], _cli.Files);
        CommandLine.Generate("a cat", "-o", _cli["alone.png"], "--seed", "3");
        Assert.Equal(File.ReadAllBytes(_cli["alone.png"]), File.ReadAllBytes(_cli["out/second.png"]));
    }

    [Fact]
    public void A_style_becomes_part_of_the_prompt()
    {
        CommandLine.Generate("a cat", "--style", "3d", "-o", _cli["cat.png"]);
        Assert.StartsWith("a cat in fluent 3d style\n", PngReader.Read(_cli["cat.png"]).Texts["parameters"], StringComparison.Ordinal);
    }

    [Fact]
    public void Json_is_all_that_stands_on_the_output()
    {
        Ran ran = CommandLine.Generate("a cat", "-o", _cli["cat.png"], "--count", "2", "--seed", "9", "--json", "--grid", "--verify", "--sampler", "DPM++ 2M Karras");
        JsonElement result = JsonDocument.Parse(ran.Output).RootElement;
        JsonElement[] pictures = [.. result.GetProperty("pictures").EnumerateArray()];
        Assert.Equal(2, pictures.Length);
        Assert.Equal([9, 10], pictures.Select(picture => picture.GetProperty("seed").GetInt32()).Order());
        Assert.Equal("dpmpp_2m", result.GetProperty("sampler").GetString());
        Assert.All(pictures, picture => Assert.True(File.Exists(picture.GetProperty("file").GetString())));
        Assert.All(pictures, picture => Assert.InRange(picture.GetProperty("clip").GetProperty("prompt").GetDouble(), -1, 1));
    }

    [Fact]
    public void Verified_pictures_come_best_first_with_a_score_for_each_phrase()
    {
        Ran ran = CommandLine.Generate("a red apple and a cat", "-o", _cli["a.png"], "--count", "4", "--verify", "--json");
        double[] scores = [.. JsonDocument.Parse(ran.Output).RootElement.GetProperty("pictures").EnumerateArray().Select(Whole)];
        Assert.Equal(scores.OrderDescending(), scores);
        Ran text = CommandLine.Generate("a red apple and a cat", "-o", _cli["b.png"], "--verify");
        Assert.Matches(@"  CLIP -?\d\.\d\d \(a red apple -?\d\.\d\d, a cat -?\d\.\d\d\)", text.Output);
    }

    [Fact]
    public void What_the_model_does_not_see_of_a_long_prompt_is_told()
    {
        Ran ran = CommandLine.Generate(string.Concat(Enumerable.Repeat("a red apple on a table and ", 8)) + "a zebra", "-o", _cli["a.png"]);
        Assert.Equal(0, ran.Code);
        Assert.Contains("it does not see '", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_may_begin_with_an_at_sign() => Assert.Equal(0, CommandLine.Generate("@home", "-o", _cli["a.png"]).Code);

    [Fact]
    public void Progress_where_there_is_no_terminal_is_one_plain_line() =>
        Assert.Equal("drawing, 3 steps", CommandLine.Generate("a cat", "-o", _cli["a.png"]).ErrorLine);

    public void Dispose() => _cli.Dispose();

    private static double Whole(JsonElement picture) => picture.GetProperty("clip").GetProperty("prompt").GetDouble();

    private (int Width, int Height) SizeOf(string name)
    {
        Image image = PngReader.Read(_cli[name]);
        return (image.Width, image.Height);
    }
}
