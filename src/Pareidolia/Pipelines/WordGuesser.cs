using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A word that may stand at a hidden place.</summary>
/// <param name="Word">The word, or the piece of one.</param>
/// <param name="Probability">How sure the model is, 0 to 1.</param>
public readonly record struct WordGuess(string Word, double Probability);

/// <summary>A model that guesses hidden words, with its words: a <see cref="BertForMaskedLm"/> or a <see cref="ConvolutionalWordModel"/>.</summary>
public sealed class WordGuesser : IDisposable
{
    /// <summary>What stands for a hidden word in a text.</summary>
    public const string Hidden = "[MASK]";

    private readonly IDisposable _owner;
    private readonly Func<string, int[]> _encode;
    private readonly Func<Tensor, Tensor> _logits;
    private readonly Func<int, string> _name;
    private readonly int _mask;
    private readonly int _longest;
    private readonly WordVectors _vectors;

    private WordGuesser(Pretrained<BertForMaskedLm> bert, WordPieceTokenizer tokenizer)
    {
        (_owner, _encode, _name, _mask) = (bert, tokenizer.Encode, tokenizer.Name, tokenizer.Mask);
        _logits = ids => bert.Model.Forward(ids);
        _longest = bert.Model.Config.MaxPositionEmbeddings;
        _vectors = new WordVectors(bert.Model.Words, WordPieceVocabulary.Special.Count);
    }

    private WordGuesser(Pretrained<ConvolutionalWordModel> words, WordDictionary dictionary)
    {
        _owner = words;
        _encode = text => [dictionary.Break, .. dictionary.Encode(text), dictionary.Break];
        (_name, _mask, _longest) = (id => dictionary.Words[id], dictionary.Mask, int.MaxValue);
        _logits = ids => words.Model.Predict(words.Model.Encode(ids));
        _vectors = new WordVectors(words.Model.Words, WordDictionary.SpecialCount);
    }

    /// <summary>Loads a model's folder; its <c>config.json</c> says which kind it is.</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or the folder holds no model that guesses hidden words.</exception>
    public static WordGuesser Load(string folder)
    {
        string[] kinds = [.. JsonConfig.Load(Path.Combine(folder, "config.json")).Texts("architectures", [])];
        return kinds switch
        {
            ["BertForMaskedLM"] => new WordGuesser(BertForMaskedLm.Load(folder), WordPieceTokenizer.Load(folder)),
            [nameof(ConvolutionalWordModel)] => new WordGuesser(ConvolutionalWordModel.Load(folder), WordDictionary.Load(folder)),
            _ => throw new PareidoliaException($"'{folder}' holds {(kinds.Length == 0 ? "a model of no named kind" : string.Join(", ", kinds))}; a BertForMaskedLM or a ConvolutionalWordModel guesses hidden words."),
        };
    }

    /// <summary>For every <c>[MASK]</c> of a text the likeliest words, the likeliest first.</summary>
    /// <param name="text">A text with at least one hidden word.</param>
    /// <param name="count">Words for each, at least 1.</param>
    /// <exception cref="PareidoliaException">Nothing is hidden, or the text is longer than the model can read.</exception>
    public IReadOnlyList<IReadOnlyList<WordGuess>> Fill(string text, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int[] ids = _encode(text);
        int[] places = [.. Enumerable.Range(0, ids.Length).Where(i => ids[i] == _mask)];
        if (places.Length == 0)
            throw new PareidoliaException($"The text has no {Hidden}; write it where a word is to be guessed: \"the {Hidden} ran across the road\".");
        if (ids.Length > _longest)
            throw new PareidoliaException($"The text has {ids.Length} tokens; this model reads at most {_longest}.");
        using Scope scope = new();
        Tensor logits = _logits(Tensor.From(ids, [1, ids.Length])).Reshape(ids.Length, -1);                // [n, v]
        float[][] rows = [.. logits.Rows(places).Softmax().ToArray().Chunk(logits.Shape[1])];
        return [.. rows.Select(row => Best(row, count))];
    }

    /// <summary>The words whose vectors point most nearly the same way, with their cosines, the nearest first.</summary>
    /// <exception cref="PareidoliaException">The model does not know the word as a whole.</exception>
    public IReadOnlyList<(string Word, double Cosine)> Nearest(string word, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int[] ids = _encode(word)[1..^1];
        if (ids is not [int id] || id < _vectors.Special)
            throw new PareidoliaException($"'{word}' is no word that this model knows as a whole.");
        return [.. _vectors.Nearest(id, count).Select(row => (_name(row.Id), row.Cosine))];
    }

    /// <inheritdoc/>
    public void Dispose() => _owner.Dispose();

    private List<WordGuess> Best(float[] probabilities, int count) =>
        [.. probabilities.Index().OrderByDescending(row => row.Item).Take(count).Select(row => new WordGuess(_name(row.Index), row.Item))];
}
