using Pareidolia.Tests.Training;
using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

/// <summary>Learned vocabularies of BERT, GPT-2, T5 and whole words: saved, loaded, and refused where they are broken.</summary>
public sealed class LanguageTokenizerTests : IDisposable
{
    private static readonly string[] s_texts = ["the cat sat on the mat", "the cats sit", "the mats, the CATS and the hat!"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_learned_byte_level_vocabulary_loses_nothing_and_loads_again()
    {
        Gpt2Vocabulary vocabulary = BpeTrainer.TrainGpt2(s_texts, 280);
        vocabulary.Save(_folder.Path);
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.Load(_folder.Path);
        Assert.Equal(vocabulary.Ids.OrderBy(entry => entry.Value), tokenizer.Vocabulary.Ids.OrderBy(entry => entry.Value));
        foreach (string text in (string[])["the cats", "  two  spaces \n\n and a line", "naïve 日本 🦊 don't DON'T", "\t", ""])
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        // " the" is the most frequent word and one token; a half surrogate pair becomes the replacement character.
        Assert.Single(tokenizer.Encode(" the"));
        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD800b")));
        Assert.Contains("no token 999999", Assert.Throws<PareidoliaException>(() => tokenizer.Decode([999999])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_most_frequent_pair_of_pieces_comes_first()
    {
        // ##a ##t stands 7 times; t ##h and ##h ##e 6 times each, and ##h comes before t in the order of the characters.
        WordPieceVocabulary vocabulary = WordPieceTrainer.Train(s_texts, 5 + 17 + 3);
        string[] learned = [.. vocabulary.Pieces.SkipWhile(piece => piece.TrimStart('#').Length < 2 || piece.StartsWith('['))];
        Assert.Equal(["##at", "##he", "the"], learned);
    }

    [Fact]
    public void A_learned_piece_vocabulary_loads_again_and_knows_its_texts()
    {
        WordPieceTrainer.Train(s_texts, 60).Save(_folder.Path);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Load(_folder.Path);
        foreach (string text in s_texts)
        {
            int[] ids = tokenizer.Encode(text);
            Assert.DoesNotContain(tokenizer.Unknown, ids);
            Assert.Equal((tokenizer.Start, tokenizer.End), (ids[0], ids[^1]));
        }
        Assert.Equal("the cat [MASK]", tokenizer.Decode(tokenizer.Tokenize("The Cat [MASK]")));
        Assert.Equal([tokenizer.Unknown], tokenizer.Tokenize("xyz"));
        Assert.Contains("no room for the", Assert.Throws<PareidoliaException>(() => WordPieceTrainer.Train(s_texts, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_unigram_vocabulary_is_pruned_to_what_is_used()
    {
        UnigramVocabulary whole = TinyText.Unigram();
        T5Tokenizer before = new(whole);
        Dictionary<int, int> counts = before.Tokenize("the dog sees a bone.").GroupBy(id => id).ToDictionary(group => group.Key, group => group.Count());
        UnigramVocabulary pruned = whole.Pruned(counts, 200);
        pruned.Save(_folder.Path);
        T5Tokenizer after = T5Tokenizer.Load(_folder.Path);
        Assert.Equal(200, after.Vocabulary.Pieces.Count);
        Assert.Equal(199, after.SpecialId("<extra_id_0>"));
        Assert.Equal("the dog sees a bone.", after.Decode(after.Tokenize("the dog  sees a bone. ")));
        Assert.Equal(before.Tokenize("the dog sees a bone.").Length, after.Tokenize("the dog sees a bone.").Length);
        (int[] ids, int[] mask) = after.Padded("the dog", 6);
        Assert.Equal((6, 3, after.End), (ids.Length, mask.Sum(), ids[2]));
        Assert.Equal(2, after.Padded("the dog sees", 2).Ids.Length);
    }

    [Theory]
    [InlineData("the dog  sees a bone.")]
    [InlineData(" dog\u00e9日日 the")]
    public void A_T5_token_knows_its_place_in_what_was_typed(string text)
    {
        T5Tokenizer tokenizer = new(TinyText.Unigram());
        IReadOnlyList<Token> tokens = tokenizer.Locate(text);
        Assert.Equal(tokenizer.Tokenize(text), tokens.Select(token => token.Id));
        foreach (Token token in tokens.Where(token => token.Id != tokenizer.Unknown))
            Assert.Equal(tokenizer.Decode([token.Id]).Trim(), text[token.Start..token.End]);
        Assert.All(tokens.Zip(tokens.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
        Assert.Equal(text.TrimEnd().Length, tokens[^1].End);
    }

    [Fact]
    public void Words_are_counted_and_found_again()
    {
        WordDictionary.Count(s_texts, 100).Save(_folder.Path);
        WordDictionary dictionary = WordDictionary.Load(_folder.Path);
        Assert.Equal("the", dictionary.Words[WordDictionary.SpecialCount]);
        Assert.Equal([dictionary.IdOf("cats"), dictionary.Mask, dictionary.IdOf(","), dictionary.Unknown], dictionary.Encode("CATS [MASK], dogs"));
        Assert.Equal(["don't", "--", "'", "go", "'", "12", "o'clock", "!!"], WordSplit.Words("Don't--'go' 12 o'clock!!").Select(word => word.Word));
        Assert.Throws<PareidoliaException>(() => new WordDictionary(["the", "cat"]));
    }

    [Theory]
    [InlineData("tokenizer.json", "{", "Cannot read the tokenizer")]
    [InlineData("tokenizer.json", """{"model": {"type": "BPE"}}""", "of type BPE; a Unigram is needed")]
    [InlineData("tokenizer.json", """{"added_tokens": [], "model": {"type": "Unigram", "vocab": [["a", -1]]}}""", "has no '</s>'")]
    [InlineData("tokenizer.json", """{"added_tokens": [], "normalizer": {"precompiled_charsmap": "//////8="}, "model": {"type": "Unigram", "vocab": []}}""", "is damaged")]
    public void A_broken_T5_tokenizer_is_refused(string file, string content, string message)
    {
        File.WriteAllText(_folder[file], content);
        Assert.Contains(message, Assert.Throws<PareidoliaException>(() => T5Tokenizer.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb\na\n", "entry 'a' more than once")]
    [InlineData("a\nb\n", "has no '[PAD]'")]
    public void A_broken_piece_vocabulary_is_refused(string content, string message)
    {
        File.WriteAllText(_folder["vocab.txt"], content);
        Assert.Contains(message, Assert.Throws<PareidoliaException>(() => WordPieceTokenizer.Load(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("Cannot read the vocabulary", Assert.Throws<PareidoliaException>(() => WordPieceTokenizer.Load(_folder["none"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_character_maps_are_read_without_leaving_them()
    {
        System.Random random = new(7);
        for (int round = 0; round < 300; round++)
        {
            byte[] table = new byte[4 + (4 * 40) + 12];
            random.NextBytes(table);
            BitConverter.TryWriteBytes(table, 4 * 40);
            UnigramVocabulary vocabulary = TinyText.Unigram() with { CharacterMap = table };
            _ = new T5Tokenizer(vocabulary).Encode("abc \u00e9 日本 xyz");
        }
    }

    public void Dispose() => _folder.Dispose();
}
