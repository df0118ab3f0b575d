using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

public sealed class ClipVocabularyTests
{
    [Fact]
    public void What_is_saved_loads_again()
    {
        using TemporaryFolder folder = new();
        ClipVocabulary vocabulary = BpeTrainer.Train(["a red apple", "a red café"], 560) with { PadToken = "!", MaxLength = 32 };
        vocabulary.Save(folder.Path);
        ClipTokenizer loaded = ClipTokenizer.Load(folder.Path);
        Assert.Equal(vocabulary.Ids.OrderBy(entry => entry.Value), loaded.Vocabulary.Ids.OrderBy(entry => entry.Value));
        Assert.Equal(vocabulary.Merges, loaded.Vocabulary.Merges);
        Assert.Equal(0, loaded.Pad);
        Assert.Equal(32, loaded.MaxLength);
    }

    [Fact]
    public void A_token_may_be_an_object_and_a_length_beyond_measure_is_none()
    {
        using TemporaryFolder folder = new();
        BpeTrainer.Train(["a red apple"], 520).Save(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"),
            """{"model_max_length": 1e30, "pad_token": {"content": "#", "lstrip": false}}""");
        File.Delete(Path.Combine(folder.Path, "special_tokens_map.json"));
        ClipTokenizer loaded = ClipTokenizer.Load(folder.Path);
        Assert.Equal(2, loaded.Pad);
        Assert.Equal(77, loaded.MaxLength);
    }

    [Theory]
    [InlineData("vocab.json", "{\"a\": 1, \"b\": 1}", "id 1")]
    [InlineData("vocab.json", "{\"a\": -1}", "id -1")]
    [InlineData("vocab.json", "{\"a\": \"x\"}", "whole number")]
    [InlineData("vocab.json", "[]", "Cannot read the tokenizer")]
    [InlineData("vocab.json", "{", "Cannot read the tokenizer")]
    [InlineData("vocab.json", "{\"a\": 0}", "start token")]
    [InlineData("merges.txt", "#version: 0.2\na b c\n", "Line 2")]
    [InlineData("merges.txt", "#version: 0.2\na b\nab\n", "Line 3")]
    [InlineData("merges.txt", "#version: 0.2\nab c\n", "Merge 1 joins 'ab' and 'c'")]
    [InlineData("tokenizer_config.json", "{\"pad_token\": \"<none>\"}", "padding token is '<none>'")]
    [InlineData("tokenizer_config.json", "[1]", "Cannot read the tokenizer")]
    public void Damage_is_one_sentence(string file, string content, string expected)
    {
        using TemporaryFolder folder = new();
        BpeTrainer.Train(["a red apple"], 520).Save(folder.Path);
        File.Delete(Path.Combine(folder.Path, "special_tokens_map.json"));
        File.WriteAllText(Path.Combine(folder.Path, file), content);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => ClipTokenizer.Load(folder.Path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_one_sentence() =>
        Assert.Contains("'nowhere'", Assert.Throws<PareidoliaException>(() => ClipTokenizer.Load("nowhere")).Message, StringComparison.Ordinal);
}
