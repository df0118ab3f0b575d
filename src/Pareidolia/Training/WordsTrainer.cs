using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Language;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains a <see cref="ConvolutionalWordModel"/> by guessing hidden words, and before it counts its dictionary. Frequent words are hidden less often than
/// rare ones (https://arxiv.org/abs/1310.4546, section 2.3): "the" teaches little about meaning.
/// </summary>
public sealed class WordsTrainer : Trainer
{
    private readonly WordDictionary _dictionary;
    private readonly Pretrained<ConvolutionalWordModel> _model;
    private readonly TokenWindows _train;
    private readonly TokenWindows _validation;
    private readonly Masking _masking;
    private readonly float[] _chances;
    private readonly IReadOnlyList<SenseSentence> _senses;
    private readonly IReadOnlyList<WordPair> _pairs;

    /// <summary>Reads the text, counts the words and makes the model that the recipe describes.</summary>
    public WordsTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        IReadOnlyList<string> text = TextSet.Load(root, data, "train");
        ConvolutionalWordConfig config = ConvolutionalWordConfig.FromJson(recipe.Section("model"));
        if (config.VocabSize <= WordDictionary.SpecialCount)
            throw new PareidoliaException($"The recipe's vocab_size is {config.VocabSize}; more than the {WordDictionary.SpecialCount} special words are needed.");
        _dictionary = WordDictionary.Count(text, config.VocabSize);
        if (_dictionary.Words.Count != config.VocabSize)
            throw new PareidoliaException($"The text has a dictionary of {_dictionary.Words.Count} words; set the recipe's vocab_size to that instead of {config.VocabSize}.");
        int window = recipe.Json.Int("window", 64);
        if (window < 1)
            throw new PareidoliaException($"The recipe's window is {window}; at least 1 word is needed.");
        _train = new TokenWindows(Ids(text), window);
        _validation = new TokenWindows(Ids(TextSet.Load(root, data, "validation")), window);
        _masking = new Masking(_dictionary.Mask, WordDictionary.SpecialCount, config.VocabSize);
        _chances = Chances(recipe.Json.Double("mask", 0.2), recipe.Json.Double("subsample", 1e-3));
        _senses = data.Text("senses") is string senses ? SenseTable.Load(root.File(senses)) : [];
        _pairs = data.Text("pairs") is string pairs ? WordPairs.Load(root.File(pairs)) : [];
        _model = ConvolutionalWordModel.Initialise(config, recipe.Seed);
        if (recipe.Json.Choice("start", "random", "counts") == "counts")
            StartFromCounts(config);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(batch);
        MaskedText text = _masking.Hide(_train.Batch(batch, random), id => _chances[id], random);
        metrics["guesses"] = text.Places.Length;
        return Loss(text, batch.Count);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        WordVectors vectors = new(_model.Model.Words, WordDictionary.SpecialCount);
        IEnumerable<string> words = _senses.Count > 0 ? _senses.Select(row => row.Word).Distinct() : _dictionary.Words.Skip(WordDictionary.SpecialCount).Take(20);
        IEnumerable<string> lines = words.Where(_dictionary.Knows).Select(word =>
            $"{word}: {string.Join(' ', vectors.Nearest(_dictionary.IdOf(word), 8).Select(row => _dictionary.Words[row.Id]))}\n");
        TextSample.Write(path, string.Concat(lines));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        WordModelMeasures measures = new(_model.Model, _dictionary);
        Dictionary<string, double> results = [];
        if (_senses.Count > 0)
            results["senses"] = measures.Senses(_senses);
        if (_pairs.Count > 0)
            results["pairs_auc"] = measures.Pairs(_pairs);
        results["validation_perplexity"] = MaskedPerplexity();
        return results;
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        _model.Model.Save(folder, Weights, SafetensorsType.F16);
        _dictionary.Save(folder);
    }

    // Of 15 % of all words, frequent ones too.
    private double MaskedPerplexity()
    {
        double loss = 0;
        int guesses = 0;
        TorchCpuGenerator random = new(0);
        foreach (int[] batch in Enumerable.Range(0, _validation.Count).Chunk(64))
        {
            using Scope scope = new();
            MaskedText text = _masking.Hide(_validation.Batch(batch, 0), _ => 0.15f, random);
            loss += Loss(text, batch.Length).Item() * text.Places.Length;
            guesses += text.Places.Length;
        }
        return Math.Exp(loss / guesses);
    }

    private Tensor Loss(MaskedText text, int rows)
    {
        using Scope scope = new();
        Tensor vectors = _model.Model.Encode(TokenWindows.AsTensor(text.Ids, rows));                       // [b, n, c]
        Tensor chosen = vectors.Reshape(-1, vectors.Shape[2]).Rows(text.Places);                           // [m, c]
        return scope.Keep(_model.Model.Predict(chosen).CrossEntropyLoss(Tensor.From(text.Truths, [text.Truths.Length])));
    }

    private int[] Ids(IReadOnlyList<string> text) => [.. text.SelectMany(paragraph => _dictionary.Encode(paragraph).Append(_dictionary.Break))];

    // The table begins where counting puts the words: the network need not find out first which of them have to do with each other.
    private void StartFromCounts(ConvolutionalWordConfig config)
    {
        float length = (float)(config.InitializerRange * Math.Sqrt(config.HiddenSize));
        float[] counted = WordCounts.Vectors(_train.Tokens, config.VocabSize, WordDictionary.SpecialCount, config.HiddenSize, length);
        float[] table = _model.Model.Words.ToArray();
        for (int row = WordDictionary.SpecialCount; row < config.VocabSize; row++)
            if (counted[row * config.HiddenSize] != 0)
                counted.AsSpan(row * config.HiddenSize, config.HiddenSize).CopyTo(table.AsSpan(row * config.HiddenSize));
        _model.Model.Words.Load(table);
    }

    // Proportional to min(1, sqrt(t / frequency)), with the share of hidden words that the recipe asks for in the mean.
    private float[] Chances(double share, double threshold)
    {
        double[] counts = new double[_dictionary.Words.Count];
        foreach (int id in _train.Tokens)
            counts[id]++;
        double[] weights = [.. counts.Select(count => Math.Min(1, Math.Sqrt(threshold * _train.Tokens.Length / Math.Max(1, count))))];
        double mean = counts.Zip(weights, (count, weight) => count * weight).Sum() / _train.Tokens.Length;
        return [.. weights.Select(weight => (float)Math.Min(0.5, share * weight / mean))];
    }
}
