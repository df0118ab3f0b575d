using Pareidolia.Models;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>How a text is written on.</summary>
public sealed record TextCompletionSettings
{
    /// <summary>Tokens to write, 1 to 100,000.</summary>
    public int Tokens { get; init; } = 100;

    /// <summary>How each is drawn.</summary>
    public TokenSampling Sampling { get; init; } = new() { Temperature = 0.8, TopP = 0.95 };

    /// <summary>Where chance comes from: the same seed writes the same text.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether what the model computed of the text so far is kept; without it the same text comes more slowly.</summary>
    public bool UseCache { get; init; } = true;

    /// <summary>Fails with a sentence unless all settings are in range.</summary>
    /// <exception cref="PareidoliaException">One is not.</exception>
    public void Check()
    {
        if (Tokens is < 1 or > 100_000)
            throw new PareidoliaException($"The number of tokens is {Tokens}; 1 to 100000 is needed.");
        Sampling.Check();
    }
}

/// <summary>A <see cref="Gpt2LmHeadModel"/> with its tokenizer, which writes texts on.</summary>
public sealed class TextCompletion : IDisposable
{
    private readonly Pretrained<Gpt2LmHeadModel> _model;

    private TextCompletion(Pretrained<Gpt2LmHeadModel> model, Gpt2Tokenizer tokenizer) => (_model, Tokenizer) = (model, tokenizer);

    /// <summary>The network.</summary>
    public Gpt2LmHeadModel Model => _model.Model;

    /// <summary>Its tokenizer.</summary>
    public Gpt2Tokenizer Tokenizer { get; }

    /// <summary>Loads a folder with <c>config.json</c>, <c>model.safetensors</c>, <c>vocab.json</c> and <c>merges.txt</c>.</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged, or the tokenizer is not the model's.</exception>
    public static TextCompletion Load(string folder)
    {
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.Load(folder);
        Pretrained<Gpt2LmHeadModel> model = Gpt2LmHeadModel.Load(folder);
        if (tokenizer.Vocabulary.Ids.Count <= model.Model.Config.VocabSize)
            return new TextCompletion(model, tokenizer);
        int known = model.Model.Config.VocabSize;
        model.Dispose();
        throw new PareidoliaException($"The tokenizer in '{folder}' has {tokenizer.Vocabulary.Ids.Count} tokens, but the model beside it knows {known}.");
    }

    /// <summary>What follows a text, piece by piece as it is written; ends early where the model ends the text.</summary>
    /// <param name="prompt">The text to begin with; empty for the start of a paragraph.</param>
    /// <param name="settings">How it is written on.</param>
    /// <exception cref="PareidoliaException">A setting is out of range.</exception>
    public IEnumerable<string> Complete(string prompt, TextCompletionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check();
        return Pieces(Tokenizer.Encode(prompt.Length == 0 ? "\n" : prompt), settings);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    // A character may lie in several tokens: bytes wait until they make one.
    private IEnumerable<string> Pieces(int[] ids, TextCompletionSettings settings)
    {
        const int LongestCharacter = 4;
        using Gpt2Cache cache = new();
        TextDecoding decoding = new(settings.Sampling, new TorchCpuGenerator(settings.Seed));
        List<int> waiting = [];
        foreach (int id in decoding.Continue(Model, settings.UseCache ? cache : null, ids).Take(settings.Tokens).TakeWhile(id => id != Tokenizer.End))
        {
            waiting.Add(id);
            string text = Tokenizer.Decode([.. waiting]);
            if (text.EndsWith('\uFFFD') && waiting.Count < LongestCharacter)
                continue;
            yield return text;
            waiting.Clear();
        }
        if (waiting.Count > 0)
            yield return Tokenizer.Decode([.. waiting]);
    }
}
