using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Language;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>Trains a <see cref="Gpt2LmHeadModel"/> by guessing the next token of running text, and before it its byte-level vocabulary.</summary>
public sealed class GptTrainer : Trainer
{
    private const int SampleTokens = 120;
    private readonly Gpt2Tokenizer _tokenizer;
    private readonly Pretrained<Gpt2LmHeadModel> _model;
    private readonly TokenWindows _train;
    private readonly RunningText _validation;
    private readonly int _window;

    /// <summary>Reads the text, trains the tokenizer and makes the model that the recipe describes.</summary>
    public GptTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        TrainingTexts texts = TrainingTexts.Load(recipe, root);
        Gpt2Config config = Gpt2Config.FromJson(recipe.Section("model"));
        if (config.VocabSize < BpeTrainer.SmallestGpt2)
            throw new PareidoliaException($"The recipe's vocab_size is {config.VocabSize}; a byte-level vocabulary has at least {BpeTrainer.SmallestGpt2} tokens.");
        Gpt2Vocabulary vocabulary = BpeTrainer.TrainGpt2(texts.Train, config.VocabSize);
        Recipe.RequireVocabSize(config.VocabSize, vocabulary.Ids.Count, "The text gives a vocabulary", "tokens");
        _tokenizer = new Gpt2Tokenizer(vocabulary);
        _window = TrainingTexts.Window(recipe, config.NPositions, least: 1);
        _train = new TokenWindows(RunningText.Of(texts.Train, _tokenizer).Ids, _window + 1);
        _validation = RunningText.Of(texts.Validation, _tokenizer);
        _model = Gpt2LmHeadModel.Initialise(config with { EosTokenId = _tokenizer.End }, recipe.Seed);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int[] windows = _train.Batch(batch, random);
        int[] read = [.. windows.Chunk(_window + 1).SelectMany(row => row[..^1])];
        int[] next = [.. windows.Chunk(_window + 1).SelectMany(row => row[1..])];
        using Scope scope = new();
        Tensor states = _model.Model.Encode(TokenWindows.AsTensor(read, batch.Count))[^1];                 // [b, n, c]
        Tensor logits = _model.Model.Predict(states.Reshape(-1, states.Shape[2]));                         // [b n, v]
        Tensor loss = logits.CrossEntropyLoss(Tensor.From(next, [next.Length]));
        metrics["perplexity"] = Math.Exp(loss.Item());
        return scope.Keep(loss);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        int[] ids = _tokenizer.Encode("It was a dark night, and");
        using Gpt2Cache cache = new();
        TorchCpuGenerator random = new(Recipe.Seed);
        TextDecoding decoding = new(new TokenSampling { Temperature = 0.8, TopP = 0.95 }, random);
        List<int> text = [.. ids, .. decoding.Continue(_model.Model, cache, ids).Take(Math.Min(SampleTokens, _window - ids.Length))];
        TextSample.Write(path, _tokenizer.Decode([.. text]) + "\n");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        TextScore score = GptMeasures.Score(_model.Model, _validation);
        return new Dictionary<string, double>
        {
            ["validation_bits_per_byte"] = score.BitsPerByte,
            ["validation_word_perplexity"] = score.PerWord,
            ["validation_perplexity"] = score.PerToken,
        };
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        _model.Model.Save(folder, Weights, SafetensorsType.F16);
        _tokenizer.Vocabulary.Save(folder);
    }
}
