// An Image is Worth One Word: Personalizing Text-to-Image Generation using Textual Inversion, https://arxiv.org/abs/2208.01618
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Training.FineTuning;

/// <summary>A new word in training: rows that stand in its place among those of the text encoder's table.</summary>
internal sealed class WordRows
{
    private readonly ClipTextModel _encoder;
    private readonly ClipTokenizer _tokenizer;
    private readonly LearnedWord _word;
    private readonly Tensor _rows;

    /// <summary>Begins as a word that is known.</summary>
    /// <param name="encoder">The text encoder.</param>
    /// <param name="tokenizer">Cuts captions.</param>
    /// <param name="weights">Where the rows are kept.</param>
    /// <param name="name">How captions call the word.</param>
    /// <param name="count">Rows that it has.</param>
    /// <param name="like">A known word to begin as.</param>
    /// <exception cref="PareidoliaException">A name or a number makes no sense.</exception>
    public WordRows(ClipTextModel encoder, ClipTokenizer tokenizer, WeightStore weights, string name, int count, string like)
    {
        if (count < 1 || count > encoder.Config.MaxPositionEmbeddings - 2)
            throw new PareidoliaException($"\"vectors\" is {count}; a whole number from 1 to {encoder.Config.MaxPositionEmbeddings - 2} is needed.");
        Tokens start = tokenizer.Tokenize(like);
        if (start.Count == 0 || tokenizer.Tokenize(name).Count == 0)
            throw new PareidoliaException($"\"word\" is '{name}' and \"initial_word\" '{like}'; two words that have tokens are needed.");
        (_encoder, _tokenizer, _word) = (encoder, tokenizer, new LearnedWord(name, count));
        using Scope scope = new();
        int[] ids = [.. Enumerable.Range(0, count).Select(i => start.Items[i % start.Count].Id)];
        float[] values = encoder.Embed(Tensor.From(ids, [1, count])).ToArray();
        _rows = weights.Root.Get("emb_params", [count, encoder.Config.HiddenSize], Initializer.Given(values));
    }

    /// <summary>The states [b, n, c] of captions, from which gradients flow into the rows.</summary>
    public Tensor Encode(IReadOnlyList<string> captions)
    {
        int length = Math.Min(_tokenizer.MaxLength, _encoder.Config.MaxPositionEmbeddings), width = _encoder.Config.HiddenSize;
        PromptToken[] tokens = [.. captions.SelectMany(caption => Tokens(caption, length))];
        Tensor ids = Tensor.From([.. tokens.Select(token => token.Learned is null ? token.Id : _tokenizer.Pad)], [captions.Count, length]);
        float[] kept = Array.ConvertAll(tokens, token => token.Learned is null ? 1f : 0f), chosen = new float[tokens.Length * _word.Rows];
        foreach ((int place, PromptToken token) in tokens.Index().Where(token => token.Item.Learned is not null))
            chosen[(place * _word.Rows) + token.Row] = 1;
        Tensor table = _encoder.Embed(ids) * Tensor.From(kept, [captions.Count, length, 1]);
        Tensor own = Tensor.From(chosen, [tokens.Length, _word.Rows]).MatMul(_rows).Reshape(captions.Count, length, width);
        return _encoder.Forward(ids, table + own).LastHidden;
    }

    /// <summary>Whether a caption says the word, as far as it is read.</summary>
    public bool IsIn(string caption) =>
        Tokens(caption, Math.Min(_tokenizer.MaxLength, _encoder.Config.MaxPositionEmbeddings)).Any(token => token.Learned is not null);

    /// <summary>Writes the file that prompts call by its name.</summary>
    public void Save(string folder, WeightStore weights)
    {
        Directory.CreateDirectory(folder);
        weights.Save(Path.Combine(folder, $"{_word.Name}.safetensors"));
    }

    private IReadOnlyList<PromptToken> Tokens(string caption, int length) =>
        WebUiChunks.Cut([new WeightedText(caption, 1)], _tokenizer, length, [_word])[0].Tokens;
}
