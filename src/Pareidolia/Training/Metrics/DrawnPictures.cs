using Pareidolia.Tensors;

namespace Pareidolia.Training.Metrics;

/// <summary>Pictures of known classes to be measured: real ones, or those that a model drew.</summary>
/// <param name="Pixels">[n, size, size, channels] in -1..1.</param>
/// <param name="Size">Height and width.</param>
/// <param name="Channels">1 or 3.</param>
/// <param name="Labels">What each was meant to be [n].</param>
public sealed record DrawnPictures(float[] Pixels, int Size, int Channels, int[] Labels)
{
    /// <summary>Pictures that are handled at once.</summary>
    internal const int Batch = 100;

    /// <summary>How many there are.</summary>
    public int Count => Labels.Length;

    /// <summary>Numbers of one picture.</summary>
    internal int Length => Size * Size * Channels;

    /// <summary>Lets a model draw as many pictures of each class; the classes take turns.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="perClass">Pictures of each.</param>
    /// <param name="draw">Draws a batch: labels [b] to pictures [b, size, size, channels] in -1..1. Called with one batch after the other.</param>
    public static DrawnPictures Draw(int classes, int perClass, Func<int[], Tensor> draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        int[] labels = [.. Enumerable.Range(0, classes * perClass).Select(i => i % classes)];
        List<float> pixels = [];
        (int size, int channels) = (0, 0);
        foreach (int[] batch in labels.Chunk(Batch))
        {
            using Scope scope = new();
            Tensor pictures = draw(batch);
            (size, channels) = (pictures.Shape[1], pictures.Shape[3]);
            pixels.AddRange(pictures.ToArray());
        }
        return new DrawnPictures([.. pixels], size, channels, labels);
    }

    /// <summary>The real pictures of a labelled set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="indices">Which; all where nothing is said.</param>
    public static DrawnPictures Of(PictureSet set, IEnumerable<int>? indices = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        int[] chosen = [.. indices ?? Enumerable.Range(0, set.Pictures.Count)];
        using Scope scope = new();
        return new DrawnPictures(set.Batch(chosen).ToArray(), set.Size, set.Channels, [.. chosen.Select(i => set.Pictures[i].Record.Label)]);
    }

    /// <summary>Some of them as a tensor [b, size, size, channels].</summary>
    public Tensor At(IReadOnlyList<int> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        float[] values = [.. places.SelectMany(place => Pixels.AsSpan(place * Length, Length).ToArray())];
        return Tensor.From(values, [places.Count, Size, Size, Channels]);
    }
}
