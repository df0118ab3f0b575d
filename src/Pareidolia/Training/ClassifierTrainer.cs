using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>Trains a <see cref="PictureClassifier"/> on a labelled set: it tells digits apart, and judges what other models draw of them.</summary>
public sealed class ClassifierTrainer : Trainer
{
    private const int Batch = 100;
    private readonly PictureSet _train;
    private readonly PictureSet _validation;
    private readonly Pretrained<PictureClassifier> _model;
    private readonly Augmentation _augmentation = new(MirrorShare: 0, Shift: 0.06, Zoom: 0.1);

    /// <summary>Reads the data and makes the model that the recipe describes.</summary>
    /// <exception cref="PareidoliaException">A picture has no label, or one that the model has no class for.</exception>
    public ClassifierTrainer(Recipe recipe, DataRoot root)
        : base(recipe)
    {
        JsonConfig data = recipe.Section("data");
        PictureClassifierConfig config = PictureClassifierConfig.FromJson(recipe.Section("model"));
        _train = Labelled(PictureSet.Load(root, data, "train"), config);
        _validation = Labelled(PictureSet.Load(root, data, "validation"), config);
        _model = PictureClassifier.Initialise(config, recipe.Seed);
    }

    /// <inheritdoc/>
    public override WeightStore Weights => _model.Weights;

    /// <inheritdoc/>
    public override int SampleCount => _train.Pictures.Count;

    /// <inheritdoc/>
    public override Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics)
    {
        Tensor x = _train.Batch(batch, _augmentation, random.NextUInt64());             // [b, s, s, c]
        Tensor logits = _model.Model.Logits(_model.Model.Features(x));                  // [b, classes]
        int[] labels = Labels(_train, batch);
        metrics["accuracy"] = logits.ArgMax(1).ToIntArray().Zip(labels).Average(pair => pair.First == pair.Second ? 1.0 : 0.0);
        return logits.CrossEntropyLoss(Tensor.From(labels, [labels.Length]));
    }

    /// <summary>Draws the held-out pictures that are taken for something else.</summary>
    public override void Sample(string path)
    {
        int[] predicted = Predicted();
        int[] wrong = [.. predicted.Index().Where(entry => entry.Item != _validation.Pictures[entry.Index].Record.Label).Select(entry => entry.Index).Take(Batch)];
        if (wrong.Length > 0)
            PictureGrid.Write(path, _validation.Batch(wrong), columns: Math.Min(20, wrong.Length));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double>
    {
        ["validation_accuracy"] = Predicted().Index().Average(entry => entry.Item == _validation.Pictures[entry.Index].Record.Label ? 1.0 : 0.0),
    };

    /// <inheritdoc/>
    public override void Export(string folder) => _model.Model.Save(folder, Weights);

    private int[] Predicted()
    {
        List<int> classes = [];
        foreach (int[] batch in Enumerable.Range(0, _validation.Pictures.Count).Chunk(Batch))
        {
            using Scope scope = new();
            classes.AddRange(_model.Model.Logits(_model.Model.Features(_validation.Batch(batch))).ArgMax(1).ToIntArray());
        }
        return [.. classes];
    }

    private static int[] Labels(PictureSet set, IReadOnlyList<int> batch) => [.. batch.Select(index => set.Pictures[index].Record.Label)];

    private static PictureSet Labelled(PictureSet set, PictureClassifierConfig config)
    {
        if (set.Size != config.SampleSize || set.Channels != config.Channels)
            throw new PareidoliaException($"The recipe's pictures are {set.Size}x{set.Size} with {set.Channels} channels, its model takes {config.SampleSize}x{config.SampleSize} with {config.Channels}.");
        CaptionRecord? wrong = set.Pictures.FirstOrDefault(picture => picture.Record.Label < 0 || picture.Record.Label >= config.NumClasses)?.Record;
        return wrong is null
            ? set
            : throw new PareidoliaException($"The picture '{wrong.Key}' has the label {wrong.Label}; the classifier needs one of 0 to {config.NumClasses - 1} for each.");
    }
}
