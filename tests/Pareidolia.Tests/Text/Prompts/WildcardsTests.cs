using Pareidolia.Text.Prompts;

namespace Pareidolia.Tests.Text.Prompts;

public sealed class WildcardsTests
{
    [Fact]
    public void A_seed_chooses_always_the_same_and_seeds_choose_everything()
    {
        string[] chosen = [.. Enumerable.Range(0, 50).Select(seed => Wildcards.None.Expand("a {red|green|blue} {cat|dog}", (ulong)seed))];
        Assert.Equal(6, chosen.Distinct().Count());
        Assert.Equal(chosen[7], Wildcards.None.Expand("a {red|green|blue} {cat|dog}", 7));
    }

    [Theory]
    [InlineData("{2$$a|b|c}", 2, ", ")]
    [InlineData("{3$$ and $$a|b|c}", 3, " and ")]
    [InlineData("{5$$a|b|c}", 3, ", ")]
    [InlineData("{0$$a|b|c}", 0, ", ")]
    public void Several_are_chosen_each_once(string prompt, int count, string between)
    {
        string[] chosen = Wildcards.None.Expand(prompt, 3).Split(between, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(count, chosen.Distinct().Count());
        Assert.All(chosen, one => Assert.Contains(one, (string[])["a", "b", "c"]));
    }

    [Theory]
    [InlineData(@"\{a\|b\}", "{a|b}")]
    [InlineData("{a", "{a")]
    [InlineData("a}", "a}")]
    [InlineData("{a{b}c}", "abc")]
    [InlineData("__name__", "__name__")]
    public void What_is_no_choice_stays(string prompt, string expected) => Assert.Equal(expected, Wildcards.None.Expand(prompt, 0));

    [Fact]
    public void Names_are_lines_of_files_which_may_choose_again()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["animals"]);
        File.WriteAllText(folder["color.txt"], "# colours\n\nred\n");
        File.WriteAllText(folder["animals/cat.txt"], "a __color__ {lion|lion}\n");
        Assert.Equal("a red lion, red", new Wildcards(folder.Path).Expand("__animals/cat__, __color__", 5));
        Assert.Throws<PareidoliaException>(() => new Wildcards(folder.Path).Expand("__dog__", 5));
        Assert.Throws<PareidoliaException>(() => new Wildcards(folder["animals"]).Expand("__../color__", 5));
    }

    [Fact]
    public void Choices_without_end_are_an_error()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["loop.txt"], "__loop__ __loop__\n");
        Assert.Throws<PareidoliaException>(() => new Wildcards(folder.Path).Expand("__loop__", 0));
        Assert.Throws<PareidoliaException>(() => Wildcards.None.Expand(new string('{', 1000) + new string('}', 1000), 0));
        Assert.Equal(new string('{', 100_000), Wildcards.None.Expand(new string('{', 100_000), 0));
    }

    [Fact]
    public void Styles_are_the_web_ui_s()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["styles.csv"], "name,prompt,negative_prompt\r\noil,\"an oil painting of {prompt}, \"\"thick\"\" paint\",photo\r\nsharp,sharp,\r\n");
        PromptStyles styles = PromptStyles.Load(folder["styles.csv"]);
        Assert.Equal(["oil", "sharp"], styles.Names);
        Assert.Equal(("an oil painting of a cat, \"thick\" paint", "blurry, photo"), styles.Apply("oil", "a cat", "blurry"));
        Assert.Equal(("an oil painting of a cat, \"thick\" paint, sharp", "photo"), styles.Apply("oil, sharp", "a cat", ""));
        Assert.Contains("oil, sharp", Assert.Throws<PareidoliaException>(() => styles.Apply("ink", "a", "")).Message, StringComparison.Ordinal);
    }
}
