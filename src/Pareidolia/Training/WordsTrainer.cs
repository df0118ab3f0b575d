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
    private readonly MeaningTables _tables;

    /// <summary>Reads the text, counts the words and makes the model that the recipe describes.</summary>
    public WordsTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        TrainingTexts texts = TrainingTexts.Load(recipe, root);
        ConvolutionalWordConfig config = ConvolutionalWordConfig.FromJson(recipe.Section("model"));
        if (config.VocabSize <= WordDictionary.SpecialCount)
            throw new PareidoliaException($"The recipe's vocab_size is {config.VocabSize}; more than the {WordDictionary.SpecialCount} special words are needed.");
        _dictionary = WordDictionary.Count(texts.Train, config.VocabSize);
        Recipe.RequireVocabSize(config.VocabSize, _dictionary.Words.Count, "The text has a dictionary", "words");
        int window = recipe.Json.Int("window", 64);
        if (window < 1)
            throw new PareidoliaException($"The recipe's window is {window}; at least 1 word is needed.");
        _train = new TokenWindows(Ids(texts.Train), window);
        _validation = new TokenWindows(Ids(texts.Validation), window);
        _masking = new Masking(_dictionary.Mask, WordDictionary.SpecialCount, config.VocabSize);
        _chances = Chances(recipe.Json.Double("mask", 0.2), recipe.Json.Double("subsample", 1e-3));
        _tables = MeaningTables.Load(root, recipe.Section("data"));
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
        IEnumerable<string> words = _tables.Senses.Count > 0 ? _tables.Senses.Select(row => row.Word).Distinct() : _dictionary.Words.Skip(WordDictionary.SpecialCount).Take(20);
        IEnumerable<string> lines = words.Where(_dictionary.Knows).Select(word =>
            $"{word}: {string.Join(' ', vectors.Nearest(_dictionary.IdOf(word), 8).Select(row => _dictionary.Words[row.Id]))}\n");
        TextSample.Write(path, string.Concat(lines));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        WordModelMeasures measures = new(_model.Model, _dictionary);
        return new Dictionary<string, double>(_tables.Measured(measures.Senses, measures.Pairs))
        {
            // Frequent words are hidden as often as rare ones.
            ["validation_perplexity"] = _masking.Perplexity(_validation, 64, 0.15f, (windows, _) => windows, Loss),
        };
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        _model.Model.Save(folder, Weights, SafetensorsType.F16);
        _dictionary.Save(folder);
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
