using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Language;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains a <see cref="BertForMaskedLm"/> by guessing hidden pieces, and before it its WordPiece vocabulary (https://arxiv.org/abs/1810.04805, without
/// its second task, which later work found to be of no use).
/// </summary>
public sealed class BertTrainer : Trainer
{
    private readonly WordPieceTokenizer _tokenizer;
    private readonly Pretrained<BertForMaskedLm> _model;
    private readonly TokenWindows _train;
    private readonly TokenWindows _validation;
    private readonly Masking _masking;
    private readonly IReadOnlyList<SenseSentence> _senses;
    private readonly IReadOnlyList<WordPair> _pairs;
    private readonly float _share;

    /// <summary>Reads the text, trains the tokenizer and makes the model that the recipe describes.</summary>
    public BertTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        IReadOnlyList<string> text = TextSet.Load(root, data, "train");
        BertConfig config = BertConfig.FromJson(recipe.Section("model"));
        WordPieceVocabulary vocabulary = WordPieceTrainer.Train(text, config.VocabSize);
        if (vocabulary.Pieces.Count != config.VocabSize)
            throw new PareidoliaException($"The text gives a vocabulary of {vocabulary.Pieces.Count} pieces; set the recipe's vocab_size to that instead of {config.VocabSize}.");
        _tokenizer = new WordPieceTokenizer(vocabulary);
        int window = recipe.Json.Int("window", config.MaxPositionEmbeddings);
        if (window < 2 || window > config.MaxPositionEmbeddings)
            throw new PareidoliaException($"The recipe's window is {window}; 2 to the model's {config.MaxPositionEmbeddings} positions are needed.");
        // The first place of a window is the start token's.
        _train = new TokenWindows(Ids(text), window - 1);
        _validation = new TokenWindows(Ids(TextSet.Load(root, data, "validation")), window - 1);
        _masking = new Masking(_tokenizer.Mask, WordPieceVocabulary.Special.Count, config.VocabSize);
        _share = (float)recipe.Json.Double("mask", 0.15);
        _senses = data.Text("senses") is string senses ? SenseTable.Load(root.File(senses)) : [];
        _pairs = data.Text("pairs") is string pairs ? WordPairs.Load(root.File(pairs)) : [];
        _model = BertForMaskedLm.Initialise(config, recipe.Seed);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(batch);
        MaskedText text = _masking.Hide(WithStarts(_train.Batch(batch, random), batch.Count), _ => _share, random);
        metrics["guesses"] = text.Places.Length;
        return BertMeasures.MaskedLoss(_model.Model, text, batch.Count);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        const string Text = "the [MASK] ran across the road . she put the [MASK] on the table .";
        int[] ids = [.. _tokenizer.Encode(Text).Take(_model.Model.Config.MaxPositionEmbeddings)];
        Tensor logits = _model.Model.Forward(TokenWindows.AsTensor(ids, 1));                               // [1, n, v]
        int[] best = logits.ArgMax(-1).ToIntArray();
        TextSample.Write(path, _tokenizer.Decode([.. ids.Select((id, i) => id == _tokenizer.Mask ? best[i] : id)]) + "\n");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        BertMeasures measures = new(_model.Model, _tokenizer);
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
        _tokenizer.Vocabulary.Save(folder);
    }

    private double MaskedPerplexity()
    {
        double loss = 0;
        int guesses = 0;
        TorchCpuGenerator random = new(0);
        foreach (int[] batch in Enumerable.Range(0, _validation.Count).Chunk(32))
        {
            using Scope scope = new();
            MaskedText text = _masking.Hide(WithStarts(_validation.Batch(batch, 0), batch.Length), _ => 0.15f, random);
            loss += BertMeasures.MaskedLoss(_model.Model, text, batch.Length).Item() * text.Places.Length;
            guesses += text.Places.Length;
        }
        return Math.Exp(loss / guesses);
    }

    private int[] WithStarts(int[] windows, int rows) => [.. windows.Chunk(windows.Length / rows).SelectMany(row => row.Prepend(_tokenizer.Start))];

    private int[] Ids(IReadOnlyList<string> text) => [.. text.SelectMany(paragraph => _tokenizer.Tokenize(paragraph).Append(_tokenizer.End))];
}
