using Pareidolia.Imaging;
using Pareidolia.Tensors;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>A decoded training picture: <c>size x size</c> RGB bytes and what is said about it.</summary>
/// <param name="Record">Captions, style, key.</param>
/// <param name="Pixels">Rows of RGB bytes.</param>
public sealed record Picture(CaptionRecord Record, byte[] Pixels);

/// <summary>
/// A captioned data set held in memory at one size, in the order of its keys: small sets (tens of thousands of small pictures) are decoded once
/// and never wait for a disk again.
/// </summary>
public sealed class PictureSet
{
    private PictureSet(IReadOnlyList<Picture> pictures, int size, BrokenMembers broken)
    {
        Pictures = pictures;
        Size = size;
        Broken = broken;
    }

    /// <summary>The pictures, sorted by key.</summary>
    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>Height and width in pixels.</summary>
    public int Size { get; }

    /// <summary>Members that were damaged and left out.</summary>
    public BrokenMembers Broken { get; }

    /// <summary>
    /// Reads the shards that a recipe's data section names under <paramref name="key"/>: <c>"train": "emoji/train-*.tar"</c>, without the styles of
    /// <c>"exclude_styles"</c>, resized to <paramref name="size"/> (or <c>"size"</c>).
    /// </summary>
    public static PictureSet Load(DataRoot root, JsonConfig data, string key, int? size = null)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(data);
        int side = size ?? data.Int("size");
        HashSet<string> excluded = [.. data.Texts("exclude_styles", [])];
        string[] shards = [.. data.Texts(key).SelectMany(root.Files)];
        BrokenMembers broken = new();
        WebDataset<CaptionedImage<byte[]>> set = CaptionedImages.Open(
            shards, file => Decode(file, side), record => !excluded.Contains(record.Style), new WebDatasetOptions { ShuffleBuffer = 0 }, broken);
        Picture[] pictures = [.. set.Epoch(0).Select(sample => new Picture(sample.Record, sample.Image)).OrderBy(picture => picture.Record.Key, StringComparer.Ordinal)];
        if (pictures.Length == 0)
            throw new PareidoliaException($"The data section's \"{key}\" ({string.Join(", ", shards)}) has no picture left to train on.");
        return new PictureSet(pictures, side, broken);
    }

    /// <summary>Pictures as a tensor [n, size, size, 3] in -1..1.</summary>
    public Tensor Batch(IReadOnlyList<int> indices, Func<int, byte[]>? pixels = null)
    {
        ArgumentNullException.ThrowIfNull(indices);
        int length = Size * Size * 3;
        float[] values = new float[indices.Count * length];
        for (int i = 0; i < indices.Count; i++)
        {
            byte[] source = pixels?.Invoke(indices[i]) ?? Pictures[indices[i]].Pixels;
            Span<float> target = values.AsSpan(i * length, length);
            for (int p = 0; p < length; p++)
                target[p] = (source[p] / 127.5f) - 1;
        }
        return Tensor.From(values, [indices.Count, Size, Size, 3]);
    }

    private static byte[] Decode(ReadOnlyMemory<byte> file, int side)
    {
        Image image = PngReader.Read(file.Span, "picture").ToRgb();
        return (image.Width == side && image.Height == side ? image : Resize.To(image, side, side, Resampling.Box)).Pixels;
    }
}
