using System.Diagnostics;
using System.Text;
using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

public sealed class ClipTokenizerTests
{
    private static readonly string[] Captions =
    [
        "a red apple", "an emoji of a red apple in noto style", "a green apple", "a red car", "the red cars are parked", "a café, 1850",
    ];

    private static readonly ClipTokenizer Tokenizer = new(BpeTrainer.Train(Captions, 600));

    [Fact]
    public void Source_ranges_point_into_the_prompt_as_typed()
    {
        const string Prompt = "  A &amp;  RED\tCafe\u0301 🦊!";
        Tokens tokens = Tokenizer.Tokenize(Prompt);
        Assert.Equal("A", Part(tokens.Items[0]));
        Assert.Equal("&amp;", Part(tokens.Items[1]));
        Assert.Equal("RED", string.Concat(tokens.Items.Skip(2).TakeWhile(token => token.End <= 14).Select(Part)));
        Assert.Contains(tokens.Items, token => Part(token) == "e\u0301");
        Assert.Contains(tokens.Items, token => Part(token) == "🦊");
        Assert.Equal("!", Part(tokens.Items[^1]));

        string Part(Token token) => Prompt[token.Start..token.End];
    }

    [Fact]
    public void What_does_not_fit_is_cut_and_the_place_is_known()
    {
        const string Prompt = "a red apple a red apple a red apple";
        Tokens tokens = Tokenizer.Tokenize(Prompt);
        int[] ids = tokens.Padded(6);
        Assert.Equal([Tokenizer.Bos, tokens.Items[0].Id, tokens.Items[1].Id, tokens.Items[2].Id, tokens.Items[3].Id, Tokenizer.Eos], ids);
        Assert.Equal(tokens.Items[4].Start, tokens.CutAt(6));
        Assert.Equal(Prompt.Length, tokens.CutAt(77));
        Assert.Equal(77, Tokenizer.Encode(Prompt).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n ")]
    public void An_empty_prompt_is_start_end_padding(string prompt)
    {
        int[] ids = Tokenizer.Encode(prompt, 8);
        Assert.Equal([Tokenizer.Bos, Tokenizer.Eos], ids[..2]);
        Assert.All(ids[2..], id => Assert.Equal(Tokenizer.Pad, id));
    }

    [Theory]
    [InlineData("a red apple")]
    [InlineData("żółw 🐢 と 鳥 never seen before 123")]
    public void Decoding_gives_the_words_back(string prompt)
    {
        int[] ids = Tokenizer.Tokenize(prompt).Items.Select(token => token.Id).ToArray();
        Assert.Equal(prompt.Replace(" ", ""), Tokenizer.Decode(ids).Replace(" ", ""));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("ab")]
    [InlineData("&amp;")]
    [InlineData("Σ'")]
    [InlineData("e\u0301\u0323")]
    [InlineData("\u0301\u0323")]
    [InlineData("🦊")]
    [InlineData("\uD800")]
    [InlineData("<|endoftext|>")]
    [InlineData("&amp")]
    public void A_prompt_of_100000_characters_does_not_hang(string unit)
    {
        string prompt = new StringBuilder().Insert(0, unit, 100_000 / unit.Length).ToString();
        Stopwatch clock = Stopwatch.StartNew();
        Assert.Equal(77, Tokenizer.Encode(prompt).Length);
        Assert.True(clock.ElapsedMilliseconds < 5000, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void Nested_references_of_any_depth_do_not_hang()
    {
        Tokenizer.Encode("&" + new StringBuilder().Insert(0, "amp;", 25_000));
    }

    [Fact]
    public void Any_text_gives_tokens_whose_ranges_lie_in_it()
    {
        System.Random random = new(7);
        string[] parts = ["&", "#", "x", ";", "amp", "1", "é", "\u0301", "Ã", "¶", "â", "€", "\u009D", "ð", "Ÿ", "\uD83E", "\uDD8A", "<|", "endoftext", "|>",
            "'", "s", "ſ", "Σ", "İ", " ", "\u001B[", "m", "\0", "ﬁ", "Ａ", "\u1100", "\u1161", "\u11A8", "각", "Å", "\u0F71", "\u0F72"];
        for (int i = 0; i < 5000; i++)
        {
            string prompt = string.Concat(random.GetItems(parts, random.Next(12)));
            Tokens tokens = Tokenizer.Tokenize(prompt);
            Assert.All(tokens.Items, token => Assert.True(0 <= token.Start && token.Start < token.End && token.End <= prompt.Length));
        }
    }

    [Fact]
    public void Merges_of_one_rank_are_all_made_before_the_next()
    {
        ClipTokenizer tokenizer = new(ClipVocabulary.FromMerges([new("a", "a"), new("aa", "aa"), new("a", "aa")]));
        Assert.Equal(["aaaa", "b</w>"], Names(tokenizer, "aaaab"));
        Assert.Equal(["aa", "a", "b</w>"], Names(tokenizer, "aaab"));
    }

    private static string[] Names(ClipTokenizer tokenizer, string prompt) => tokenizer.Tokenize(prompt).Items
        .Select(token => tokenizer.Vocabulary.Ids.First(entry => entry.Value == token.Id).Key).ToArray();
}
