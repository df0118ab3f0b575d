using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Training.Data;

namespace Pareidolia.Training;

/// <summary>Measures a CLIP as a classifier of classes that it was only told of in words.</summary>
public static class ZeroShot
{
    private const int Batch = 64;

    /// <summary>
    /// Of a labelled set: share of the pictures that are put into their own class, each class told by all captions that its pictures have; and the share
    /// that chance would reach.
    /// </summary>
    public static IReadOnlyDictionary<string, double> OfLabels(ClipModel model, ClipTokenizer tokenizer, PictureSet pictures) =>
        Measure(model, tokenizer, pictures, record => $"{record.Label}", "zero_shot", record => record.Captions);

    /// <summary>
    /// Of pictures whose concept was held out of training (<c>holdout</c> is <c>concept</c>): share that are put under their own name among the names of all
    /// such concepts, told by their first two captions; and the share that chance would reach. Empty where there are none.
    /// </summary>
    public static IReadOnlyDictionary<string, double> OfHeldOutConcepts(ClipModel model, ClipTokenizer tokenizer, PictureSet pictures) =>
        Measure(model, tokenizer, pictures, record => record.Holdout == "concept" ? record.Name : "", "zero_shot_concept", record => record.Captions.Take(2));

    private static Dictionary<string, double> Measure(
        ClipModel model, ClipTokenizer tokenizer, PictureSet pictures, Func<CaptionRecord, string> classOf, string name, Func<CaptionRecord, IEnumerable<string>> texts)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        int[] asked = [.. Enumerable.Range(0, pictures.Pictures.Count).Where(index => classOf(pictures.Pictures[index].Record).Length > 0)];
        string[] classes = [.. asked.Select(index => classOf(pictures.Pictures[index].Record)).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length < 2)
            return [];
        ILookup<string, string> said = asked.Select(index => pictures.Pictures[index].Record)
            .SelectMany(record => texts(record).Select(text => (Class: classOf(record), Text: text))).Distinct().ToLookup(pair => pair.Class, pair => pair.Text);
        using Scope scope = new();
        ZeroShotClassifier classifier = new(model, [.. classes.Select(found => ClipEmbeddings.Ids(tokenizer, said[found]))]);
        int right = asked.Chunk(Batch).Sum(batch => Right(classifier, pictures, batch, [.. batch.Select(index => Array.IndexOf(classes, classOf(pictures.Pictures[index].Record)))]));
        return new() { [$"{name}_accuracy"] = right / (double)asked.Length, [$"{name}_chance"] = 1.0 / classes.Length };
    }

    private static int Right(ZeroShotClassifier classifier, PictureSet pictures, int[] batch, int[] expected)
    {
        using Scope scope = new();
        return classifier.Probabilities(pictures.Batch(batch)).ArgMax(1).ToIntArray().Zip(expected).Count(pair => pair.First == pair.Second);
    }
}
