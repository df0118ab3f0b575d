using Pareidolia.Imaging;
using Pareidolia.Tensors;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>A decoded training picture, and what is said about it.</summary>
/// <param name="Record">Captions, style, label, key.</param>
/// <param name="Pixels"><c>size x size</c> rows of one grey byte or three of RGB.</param>
public sealed record Picture(CaptionRecord Record, byte[] Pixels)
{
    /// <summary>Grey level of what lies around the picture: white, and black for MNIST.</summary>
    public byte Background { get; init; } = 255;
}

/// <summary>
/// A captioned data set held in memory at one size, in the order of its keys: small sets (tens of thousands of small pictures) are decoded once
/// and never wait for a disk again.
/// </summary>
public sealed class PictureSet
{
    private PictureSet(IReadOnlyList<Picture> pictures, int size, int channels)
    {
        Pictures = pictures;
        Size = size;
        Channels = channels;
    }

    /// <summary>The pictures, sorted by key.</summary>
    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>Height and width in pixels.</summary>
    public int Size { get; }

    /// <summary>1 grey, 3 RGB.</summary>
    public int Channels { get; }

    /// <summary>
    /// Reads the files that a recipe's data section names under <paramref name="key"/>: shards, <c>"train": "emoji/train-*.tar"</c>, without the styles
    /// of <c>"exclude_styles"</c>, resized to <paramref name="size"/> (or <c>"size"</c>); or MNIST, <c>"train": "mnist/train-images-idx3-ubyte.gz"</c>.
    /// <c>"channels": 1</c> makes them grey; with <c>"train_caption"</c> pictures that have no caption get that one. What is damaged is left out and kept in
    /// the root's <see cref="DataRoot.Broken"/>.
    /// </summary>
    /// <exception cref="PareidoliaException">A file is missing, nothing is left of them, or the section asks for what cannot be.</exception>
    public static PictureSet Load(DataRoot root, JsonConfig data, string key, int? size = null)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(data);
        (int side, int channels) = (size ?? data.Int("size"), data.Int("channels", 3));
        if (channels is not (1 or 3))
            throw new PareidoliaException($"The data section has channels = {channels}; 1 (grey) and 3 (RGB) are known.");
        HashSet<string> excluded = [.. data.Texts("exclude_styles", [])];
        string[] files = [.. data.Texts(key).SelectMany(root.Files)];
        IEnumerable<Picture> read = files.Where(MnistSet.IsImages).SelectMany(images => CaptionedDigits.Read(images, side, channels))
            .Concat(Shards([.. files.Where(file => !MnistSet.IsImages(file))], side, channels, record => !excluded.Contains(record.Style), data.Text($"{key}_caption"), root.Broken));
        Picture[] pictures = [.. read.OrderBy(picture => picture.Record.Key, StringComparer.Ordinal)];
        if (pictures.Length == 0)
            throw new PareidoliaException($"The data section's \"{key}\" ({string.Join(", ", files)}) has no picture left to train on{(root.Broken.All is [BrokenMember first, ..] ? $"; {first}" : ".")}");
        return new PictureSet(pictures, side, channels);
    }

    /// <summary>Pictures as a tensor [n, size, size, channels] in -1..1.</summary>
    public Tensor Batch(IReadOnlyList<int> indices, Func<int, byte[]>? pixels = null)
    {
        ArgumentNullException.ThrowIfNull(indices);
        int length = Size * Size * Channels;
        float[] values = new float[indices.Count * length];
        for (int i = 0; i < indices.Count; i++)
        {
            byte[] source = pixels?.Invoke(indices[i]) ?? Pictures[indices[i]].Pixels;
            Span<float> target = values.AsSpan(i * length, length);
            for (int p = 0; p < length; p++)
                target[p] = (source[p] / 127.5f) - 1;
        }
        return Tensor.From(values, [indices.Count, Size, Size, Channels]);
    }

    /// <summary>The same, each picture varied as its key and <paramref name="draw"/> decide.</summary>
    public Tensor Batch(IReadOnlyList<int> indices, Augmentation augmentation, ulong draw)
    {
        ArgumentNullException.ThrowIfNull(augmentation);
        return Batch(indices, index =>
        {
            Picture picture = Pictures[index];
            return augmentation.Draw(picture.Record, draw, 0).Apply(picture.Pixels, Size, Channels, picture.Background);
        });
    }

    private static IEnumerable<Picture> Shards(
        string[] shards, int side, int channels, Func<CaptionRecord, bool> keep, string? caption, BrokenMembers broken)
    {
        WebDataset<CaptionedImage<byte[]>> set =
            CaptionedImages.Open(shards, file => Decode(file, side, channels), keep, new WebDatasetOptions { ShuffleBuffer = 0 }, broken, caption);
        return set.Epoch(0).Select(sample => new Picture(sample.Record, sample.Image));
    }

    private static byte[] Decode(ReadOnlyMemory<byte> file, int side, int channels)
    {
        Image image = ImageFile.Read(file.Span, "picture").ToRgb();
        Image sized = image.Width == side && image.Height == side ? image
            : image.Width == image.Height ? Resize.To(image, side, side, Resampling.Box) : Resize.ToSquare(image, side, Resampling.Box);
        return channels == 3 ? sized.Pixels : sized.ToGrey().Pixels;
    }
}
