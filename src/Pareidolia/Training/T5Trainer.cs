using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Language;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>
/// Trains a <see cref="T5ForConditionalGeneration"/> by span corruption. Its vocabulary is a part of T5's own: the pieces that the texts use most. What is
/// exported is the whole network; picture models load its encoder (<see cref="T5EncoderModel"/>).
/// </summary>
public sealed class T5Trainer : Trainer
{
    private readonly T5Tokenizer _tokenizer;
    private readonly Pretrained<T5ForConditionalGeneration> _model;
    private readonly TokenWindows _train;
    private readonly TokenWindows _validation;
    private readonly SpanCorruption _corruption;

    /// <summary>Reads the text, chooses the vocabulary and makes the model that the recipe describes.</summary>
    public T5Trainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        TrainingTexts texts = TrainingTexts.Load(recipe, root);
        T5Config config = T5Config.FromJson(recipe.Section("model"));
        T5Tokenizer whole = T5Tokenizer.Load(root.File(recipe.Section("data").Text("tokenizer", "t5-vocab/tokenizer.json")!));
        _tokenizer = new T5Tokenizer(whole.Vocabulary.Pruned(Counts(texts.Train, whole), config.VocabSize));
        int window = recipe.Json.Int("window", 96);
        if (window < 8)
            throw new PareidoliaException($"The recipe's window is {window}; at least 8 tokens are needed to cut spans out.");
        _train = new TokenWindows(Ids(texts.Train), window);
        _validation = new TokenWindows(Ids(texts.Validation), window);
        _corruption = new SpanCorruption(
            window, recipe.Json.Double("noise_density", 0.15), recipe.Json.Double("mean_span", 3), n => _tokenizer.SpecialId(UnigramVocabulary.Sentinel(n)), _tokenizer.End);
        _model = T5ForConditionalGeneration.Initialise(config, recipe.Seed);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Loss(_train.Batch(batch, random), batch.Count, random);
    }

    /// <inheritdoc/>
    public override void Sample(string path)
    {
        (int[] read, int[] truth) = _corruption.Apply(_validation.Batch([0], 0), new TorchCpuGenerator(Recipe.Seed));
        List<int> written = [_tokenizer.Pad];
        while (written.Count <= _corruption.WrittenLength && written[^1] != _tokenizer.End)
            written.Add(Next(read, written));
        TextSample.Write(path, $"read: {_tokenizer.Decode(read)}\ntruth: {_tokenizer.Decode(truth)}\nwritten: {_tokenizer.Decode([.. written.Skip(1)])}\n");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        double loss = 0;
        TorchCpuGenerator random = new(0);
        foreach (int[] batch in Enumerable.Range(0, _validation.Count).Chunk(32))
        {
            using Scope scope = new();
            loss += Loss(_validation.Batch(batch, 0), batch.Length, random).Item() * batch.Length / _validation.Count;
        }
        return new Dictionary<string, double> { ["validation_perplexity"] = Math.Exp(loss) };
    }

    /// <inheritdoc/>
    public override void Export(string folder)
    {
        _model.Model.Save(folder, Weights, SafetensorsType.F16);
        _tokenizer.Vocabulary.Save(folder);
    }

    // The decoder reads what it should have written so far, behind a padding token.
    private Tensor Loss(int[] windows, int rows, TorchCpuGenerator random)
    {
        (int[] Read, int[] Written)[] pairs = [.. windows.Chunk(windows.Length / rows).Select(row => _corruption.Apply(row, random))];
        int[] read = [.. pairs.SelectMany(pair => pair.Read)], written = [.. pairs.SelectMany(pair => pair.Written)];
        int[] before = [.. pairs.SelectMany(pair => pair.Written[..^1].Prepend(_tokenizer.Pad))];
        using Scope scope = new();
        Tensor logits = _model.Model.Forward(TokenWindows.AsTensor(read, rows), TokenWindows.AsTensor(before, rows));   // [b, m, v]
        return scope.Keep(logits.Reshape(-1, logits.Shape[2]).CrossEntropyLoss(Tensor.From(written, [written.Length])));
    }

    private int Next(int[] read, List<int> written)
    {
        using Scope scope = new();
        Tensor logits = _model.Model.Forward(TokenWindows.AsTensor(read, 1), TokenWindows.AsTensor([.. written], 1));
        return logits.Slice(1, written.Count - 1, 1).ArgMax(-1).ToIntArray()[0];
    }

    private static Dictionary<int, int> Counts(IReadOnlyList<string> text, T5Tokenizer tokenizer)
    {
        Dictionary<int, int> counts = [];
        foreach (int id in text.SelectMany(tokenizer.Tokenize))
            counts[id] = counts.GetValueOrDefault(id) + 1;
        return counts;
    }

    private int[] Ids(IReadOnlyList<string> text) => [.. text.SelectMany(_tokenizer.Encode)];
}
