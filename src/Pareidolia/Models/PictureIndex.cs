using System.Text.Json.Nodes;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>A training picture that an index knows.</summary>
/// <param name="Key">Its name in the data.</param>
/// <param name="Caption">What is said of it.</param>
/// <param name="Pixels">A small copy: rows of RGB bytes, a square.</param>
/// <param name="Score">How near it is: a cosine, or the mean difference of pixels in 0..1.</param>
public sealed record IndexedPicture(string Key, string Caption, byte[] Pixels, double Score);

/// <summary>
/// What a model was trained on, to look up which training pictures an output is near to: for each picture its place in CLIP's latent space and a small
/// copy. A file <c>index/pictures.safetensors</c> in the model's folder, or, where it would weigh too much there, the same file in a folder beside it:
/// <c>emoji-index/</c> beside <c>emoji/</c>.
/// </summary>
public sealed class PictureIndex
{
    /// <summary>Pixels of a side of the small copies.</summary>
    public const int Side = 16;

    private const string Folder = "index", File = "pictures.safetensors", Captions = "captions";

    private readonly float[][] _places;
    private readonly byte[][] _copies;
    private readonly (string Key, string Caption)[] _texts;

    /// <summary>An index of pictures.</summary>
    /// <param name="places">For each its place in CLIP's latent space, of length 1.</param>
    /// <param name="copies">For each Side x Side x 3 bytes.</param>
    /// <param name="texts">For each its key and its caption.</param>
    public PictureIndex(float[][] places, byte[][] copies, (string Key, string Caption)[] texts)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(copies);
        ArgumentNullException.ThrowIfNull(texts);
        if (places.Length == 0 || places.Length != copies.Length || places.Length != texts.Length)
            throw new ArgumentException($"An index has a place, a copy and a text for each picture, at least one; got {places.Length}, {copies.Length}, {texts.Length}.", nameof(places));
        (_places, _copies, _texts) = (places, copies, texts);
    }

    /// <summary>Pictures in it.</summary>
    public int Count => _places.Length;

    /// <summary>Reads a model's index; null where the model has none.</summary>
    /// <exception cref="PareidoliaException">It is damaged.</exception>
    public static PictureIndex? Load(string modelFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        string[] paths = [Path.Combine(modelFolder, Folder, File), Path.Combine($"{Path.TrimEndingDirectorySeparator(modelFolder)}-{Folder}", File)];
        if (paths.FirstOrDefault(System.IO.File.Exists) is not string path)
            return null;
        using SafetensorsFile file = new(path);
        if (!file.Has("places") || !file.Has("copies") || !file.Metadata.TryGetValue(Captions, out string? captions))
            throw new PareidoliaException($"'{path}' is no index of pictures: it has no places, copies or captions.");
        int count = (int)file.Entry("places").Shape[0], width = (int)file.Entry("places").Shape[1];
        ReadOnlySpan<Half> places = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(file.Bytes("places"));
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++)
        {
            rows[i] = new float[width];
            for (int j = 0; j < width; j++)
                rows[i][j] = (float)places[(i * width) + j];
        }
        byte[][] copies = [.. file.Bytes("copies").ToArray().Chunk(Side * Side * 3)];
        (string, string)[] texts = [.. JsonNode.Parse(captions)!.AsArray().Select(text => (text![0]!.GetValue<string>(), text[1]!.GetValue<string>()))];
        return copies.Length == count && texts.Length == count ? new PictureIndex(rows, copies, texts)
            : throw new PareidoliaException($"'{path}' has {count} places, {copies.Length} copies and {texts.Length} captions; as many of each are needed.");
    }

    /// <summary>Writes it into a model's folder.</summary>
    public void Save(string modelFolder)
    {
        Directory.CreateDirectory(Path.Combine(modelFolder, Folder));
        JsonArray captions = [.. _texts.Select(text => (JsonNode)new JsonArray(text.Key, text.Caption))];
        SafetensorsWriter.Write(
            Path.Combine(modelFolder, Folder, File),
            [
                new SafetensorsSource("places", SafetensorsType.F16, [Count, _places[0].Length], stream =>
                {
                    foreach (float[] place in _places)
                        stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Array.ConvertAll(place, value => (Half)value).AsSpan()));
                }),
                new SafetensorsSource("copies", SafetensorsType.U8, [Count, Side, Side, 3], stream =>
                {
                    foreach (byte[] copy in _copies)
                        stream.Write(copy);
                }),
            ],
            new Dictionary<string, string> { ["format"] = "pt", [Captions] = captions.ToJsonString() });
    }

    /// <summary>The pictures that mean the most similar, as CLIP sees them.</summary>
    /// <param name="place">A picture's place in CLIP's latent space, of length 1.</param>
    /// <param name="count">How many.</param>
    public IReadOnlyList<IndexedPicture> ByMeaning(ReadOnlySpan<float> place, int count)
    {
        if (place.Length != _places[0].Length)
            throw new PareidoliaException($"The index was made by a CLIP of {_places[0].Length} numbers, the picture was seen by one of {place.Length}.");
        double[] scores = new double[Count];
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < place.Length; j++)
                scores[i] += place[j] * _places[i][j];
        return [.. scores.Index().OrderByDescending(score => score.Item).Take(count).Select(score => At(score.Index, score.Item))];
    }

    /// <summary>The pictures whose small copies differ least.</summary>
    /// <param name="copy">Side x Side x 3 bytes.</param>
    /// <param name="count">How many.</param>
    public IReadOnlyList<IndexedPicture> ByPixels(ReadOnlySpan<byte> copy, int count)
    {
        double[] scores = new double[Count];
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < copy.Length; j++)
                scores[i] += Math.Abs(copy[j] - _copies[i][j]) / (255.0 * copy.Length);
        return [.. scores.Index().OrderBy(score => score.Item).Take(count).Select(score => At(score.Index, score.Item))];
    }

    private IndexedPicture At(int i, double score) => new(_texts[i].Key, _texts[i].Caption, _copies[i], score);
}
