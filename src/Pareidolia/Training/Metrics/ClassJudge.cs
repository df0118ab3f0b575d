using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Training.Metrics;

/// <summary>
/// Judges drawn pictures by a classifier that was trained apart on real ones: are they what was asked for, and do its features of them lie like those
/// of real pictures?
/// </summary>
public sealed class ClassJudge : IDisposable
{
    private readonly Pretrained<PictureClassifier> _classifier;

    /// <summary>Loads the classifier's folder.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or describes another network.</exception>
    public ClassJudge(string folder) => _classifier = PictureClassifier.Load(folder);

    /// <summary>Number of classes that it knows.</summary>
    public int Classes => _classifier.Model.Config.NumClasses;

    /// <summary>Share of the pictures that are taken for what they were meant to be.</summary>
    public double Accuracy(DrawnPictures pictures)
    {
        (_, int[] classes) = See(pictures);
        return classes.Zip(pictures.Labels).Average(pair => pair.First == pair.Second ? 1.0 : 0.0);
    }

    /// <summary>Frechet distance of the features of two sets of pictures; 0 for the same distribution.</summary>
    public double Distance(DrawnPictures a, DrawnPictures b) =>
        FrechetDistance.Between(See(a).Features, See(b).Features, _classifier.Model.Config.FeatureDim);

    /// <summary>Accuracy and distance, and the mean distance of two pictures, by the names that metrics give them.</summary>
    /// <param name="drawn">What a model drew.</param>
    /// <param name="real">Real pictures that it has not seen.</param>
    public IReadOnlyDictionary<string, double> Measures(DrawnPictures drawn, DrawnPictures real) => new Dictionary<string, double>
    {
        ["class_accuracy"] = Accuracy(drawn),
        ["frechet_distance"] = Distance(drawn, real),
        ["diversity"] = Diversity.MeanDistance(drawn),
        ["diversity_of_data"] = Diversity.MeanDistance(real),
    };

    /// <inheritdoc/>
    public void Dispose() => _classifier.Dispose();

    private (float[] Features, int[] Classes) See(DrawnPictures pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        List<float> features = [];
        List<int> classes = [];
        foreach (int[] batch in Enumerable.Range(0, pictures.Count).Chunk(DrawnPictures.Batch))
        {
            using Scope scope = new();
            Tensor seen = _classifier.Model.Features(pictures.At(batch));
            features.AddRange(seen.ToArray());
            classes.AddRange(_classifier.Model.Logits(seen).ArgMax(1).ToIntArray());
        }
        return ([.. features], [.. classes]);
    }
}
