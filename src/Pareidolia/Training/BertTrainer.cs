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
    private readonly MeaningTables _tables;
    private readonly float _share;

    /// <summary>Reads the text, trains the tokenizer and makes the model that the recipe describes.</summary>
    public BertTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        TrainingTexts texts = TrainingTexts.Load(recipe, root);
        BertConfig config = BertConfig.FromJson(recipe.Section("model"));
        WordPieceVocabulary vocabulary = WordPieceTrainer.Train(texts.Train, config.VocabSize);
        Recipe.RequireVocabSize(config.VocabSize, vocabulary.Pieces.Count, "The text gives a vocabulary", "pieces");
        _tokenizer = new WordPieceTokenizer(vocabulary);
        int window = TrainingTexts.Window(recipe, config.MaxPositionEmbeddings, least: 2);
        // The first place of a window is the start token's.
        _train = new TokenWindows(Ids(texts.Train), window - 1);
        _validation = new TokenWindows(Ids(texts.Validation), window - 1);
        _masking = new Masking(_tokenizer.Mask, WordPieceVocabulary.Special.Count, config.VocabSize);
        _share = (float)recipe.Json.Double("mask", 0.15);
        _tables = MeaningTables.Load(root, recipe.Section("data"));
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
        return new Dictionary<string, double>(_tables.Measured(measures.Senses, measures.Pairs))
        {
            ["validation_perplexity"] = _masking.Perplexity(
                _validation, 32, 0.15f, WithStarts, (text, rows) => BertMeasures.MaskedLoss(_model.Model, text, rows)),
        };
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        _model.Model.Save(folder, Weights, SafetensorsType.F16);
        _tokenizer.Vocabulary.Save(folder);
    }

    private int[] WithStarts(int[] windows, int rows) => [.. windows.Chunk(windows.Length / rows).SelectMany(row => row.Prepend(_tokenizer.Start))];

    private int[] Ids(IReadOnlyList<string> text) => [.. text.SelectMany(paragraph => _tokenizer.Tokenize(paragraph).Append(_tokenizer.End))];
}
