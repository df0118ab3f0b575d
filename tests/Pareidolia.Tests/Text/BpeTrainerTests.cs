using System.Diagnostics;
using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

public sealed class BpeTrainerTests
{
    [Fact]
    public void The_most_frequent_pair_comes_first_and_ties_go_to_the_older_symbols()
    {
        // l-o 3; then x-y and y-z</w> 2 each, of which x is the older byte; lo was made before xy.
        ClipVocabulary vocabulary = BpeTrainer.Train(["low low lot", "xyz xyz"], 514 + 4);
        Assert.Equal([new("l", "o"), new("x", "y"), new("lo", "w</w>"), new("xy", "z</w>")], vocabulary.Merges.Select(pair => pair));
    }

    [Fact]
    public void The_order_of_the_texts_does_not_matter()
    {
        string[] texts = Enumerable.Range(0, 400).Select(i => $"number {i * 7919 % 1000} of {i % 13} things in the {i % 7}th box of apples").ToArray();
        ClipVocabulary forward = BpeTrainer.Train(texts, 900);
        ClipVocabulary backward = BpeTrainer.Train(texts.Reverse(), 900);
        Assert.Equal(forward.Merges, backward.Merges);
    }

    [Fact]
    public void Symbols_are_numbered_as_in_clip()
    {
        ClipVocabulary vocabulary = BpeTrainer.Train(["aa aa aa"], 600);
        Assert.Equal(0, vocabulary.Ids["!"]);
        Assert.Equal(256, vocabulary.Ids["!</w>"]);
        Assert.Equal(512, vocabulary.Ids["aa</w>"]);
        Assert.Equal(513, vocabulary.Ids["<|startoftext|>"]);
        Assert.Equal(514, vocabulary.Ids["<|endoftext|>"]);
        Assert.Equal(515, vocabulary.Ids.Count);
    }

    [Fact]
    public void Training_merges_are_the_ones_that_encoding_makes()
    {
        string[] texts = ["the theme of the thesis", "then they thought", "other mothers", "aaaa aaa aaaaa"];
        ClipTokenizer tokenizer = new(BpeTrainer.Train(texts, 700, minimumCount: 1));
        // With every pair learned, each word of the training text is one token.
        foreach (string text in texts)
            Assert.Equal(text.Split(' ').Length, tokenizer.Tokenize(text).Count);
    }

    [Fact]
    public void Forty_five_thousand_captions_take_seconds()
    {
        System.Random random = new(1);
        string[] words = Enumerable.Range(0, 6000).Select(_ => string.Concat(random.GetItems("aeioubcdrstlnm".ToCharArray(), random.Next(3, 12)))).ToArray();
        string[] texts = Enumerable.Range(0, 45_000).Select(_ => string.Join(' ', random.GetItems(words, 8))).ToArray();
        Stopwatch clock = Stopwatch.StartNew();
        ClipVocabulary vocabulary = BpeTrainer.Train(texts, 8192);
        Assert.Equal(8192, vocabulary.Ids.Count);
        Assert.True(clock.Elapsed.TotalSeconds < 30, $"{clock.Elapsed.TotalSeconds} s");
    }
}
