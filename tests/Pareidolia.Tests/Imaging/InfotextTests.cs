using System.Diagnostics;
using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class InfotextTests
{
    [Fact]
    public void Fields_are_written_in_the_web_uis_order_and_quoted_where_needed()
    {
        Infotext infotext = new() { Prompt = "a red apple,\non a table", NegativePrompt = "blurry" };
        infotext.Fields["Version"] = "v1";
        infotext.Fields["Lora hashes"] = "a: 12, b: 34";
        infotext.Fields["Seed"] = "5";
        infotext.Fields["Steps"] = "20";
        infotext.Fields["Eta"] = "0.5";
        infotext.Fields["Tiling"] = "Tiling";
        infotext.Fields["Size"] = "512x768";
        const string Expected = "a red apple,\non a table\nNegative prompt: blurry\n"
            + "Steps: 20, Seed: 5, Size: 512x768, Tiling, Lora hashes: \"a: 12, b: 34\", Eta: 0.5, Version: v1";
        Assert.Equal(Expected, infotext.Build());
    }

    [Fact]
    public void A_text_of_the_web_ui_is_read_field_by_field()
    {
        Infotext infotext = Infotext.Parse("""
            masterpiece, (cat:1.2), <lora:x:0.8>
            second line
            Negative prompt: lowres
            bad hands
            Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 123, Size: 512x768, Model hash: 6ce0161689, Model: v1-5, Clip skip: 2, Hires prompt: "a, \"b\"\nc", Lora hashes: "x: abc", Version: v1.9.4
            """);
        Assert.Equal("masterpiece, (cat:1.2), <lora:x:0.8>\nsecond line", infotext.Prompt);
        Assert.Equal("lowres\nbad hands", infotext.NegativePrompt);
        Assert.Equal("28", infotext.Fields["Steps"]);
        Assert.Equal("a, \"b\"\nc", infotext.Fields["Hires prompt"]);
        Assert.Equal("x: abc", infotext.Fields["Lora hashes"]);

        OrderedDictionary<string, string> parameters = infotext.ToParameters();
        Assert.Equal(("512", "768"), (parameters["Size-1"], parameters["Size-2"]));
        Assert.Equal(("DPM++ 2M", "Karras"), (parameters["Sampler"], parameters["Schedule type"]));
        Assert.Equal(("2", "GPU", "Original"), (parameters["Clip skip"], parameters["RNG"], parameters["Emphasis"]));
    }

    [Theory]
    [InlineData("a prompt only")]
    [InlineData("a clock: 12, a number: 7")]
    [InlineData("")]
    public void Too_few_fields_belong_to_the_prompt(string text)
    {
        Infotext infotext = Infotext.Parse(text);
        Assert.Equal(text, infotext.Prompt);
        Assert.Empty(infotext.Fields);
    }

    // Pairs that the web UI's own pattern was worked out for by hand.
    [Theory]
    [InlineData("Steps: 1, Seed: 2, x: 3, ab: 4", "Steps=1|Seed=2|ab=4")]
    [InlineData("Steps: 1, Seed: , Eta: 2", "Steps=1|Eta=2")]
    [InlineData("Steps: 1, a/b-c d: \"x\"y, Eta: 2", "Steps=1|a/b-c d=\"x\"y|Eta=2")]
    [InlineData("Steps: 1, ab: \"open, Eta: 2", "Steps=1|ab=\"open|Eta=2")]
    [InlineData("Steps: 1, ab: \"x, y\", Eta: a:b", "Steps=1|ab=x, y|Eta=a:b")]
    [InlineData("Steps: 1, ab: \"\\q\", Eta: \"\", Zed: 1", "Steps=1|ab=\"\\q\"|Eta=|Zed=1")]
    public void Odd_lines_are_read_as_the_web_ui_reads_them(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', Infotext.Parse("prompt\n" + line).Fields.Select(field => $"{field.Key}={field.Value}")));

    [Fact]
    public void What_is_built_parses_back()
    {
        System.Random random = new(3);
        string[] parts = ["a", "b c", ",", ":", "\"", "\\", "\n", "\t", "x", "7", "é", "🦊", "Negative", "{", "\u0001"];
        for (int i = 0; i < 3000; i++)
        {
            Infotext infotext = new() { Prompt = "a fox", NegativePrompt = i % 2 == 0 ? "" : "bad, worse: worst" };
            foreach (string name in (string[])["Steps", "Sampler", "Seed", "Lora hashes", "Odd-name/2"])
                infotext.Fields[name] = "v" + string.Concat(random.GetItems(parts, random.Next(6))) + "w";
            Infotext back = Infotext.Parse(infotext.Build());
            Assert.Equal(infotext.Fields, back.Fields);
            Assert.Equal((infotext.Prompt, infotext.NegativePrompt), (back.Prompt, back.NegativePrompt));
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab:")]
    [InlineData("ab: \"")]
    [InlineData("ab: \"\\")]
    [InlineData("-:")]
    [InlineData("\n")]
    [InlineData("Negative prompt:\n")]
    public void A_long_text_is_read_at_once(string unit)
    {
        Stopwatch clock = Stopwatch.StartNew();
        Infotext.Parse(string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)));
        Assert.True(clock.ElapsedMilliseconds < 5000, $"{clock.ElapsedMilliseconds} ms");
    }
}
