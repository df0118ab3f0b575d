using Pareidolia.Imaging;

namespace Pareidolia.Training.Data;

/// <summary>How a data set is packed.</summary>
/// <param name="Name">What the shards' names begin with: <c>NAME-train-000.tar</c>, and <c>NAME-val-000.tar</c> where pictures are held out.</param>
/// <param name="PerShard">Most samples of a shard.</param>
/// <param name="Size">Height and width that pictures are brought to: the middle square, as PNG; null leaves the files as they are.</param>
/// <param name="Held">Share of the samples that are held out, 0 to below 1; which ones depends on their keys alone.</param>
/// <param name="Overwrite">Whether shards of the same name are replaced, those that are left over of an earlier pack too; else they are refused.</param>
public sealed record PackSettings(string Name, int PerShard = 1000, int? Size = null, double Held = 0, bool Overwrite = false);

/// <summary>What was packed.</summary>
/// <param name="Training">Samples to train on.</param>
/// <param name="Held">Samples that were held out.</param>
/// <param name="Shards">The shards.</param>
/// <param name="Broken">What was left out, and why.</param>
public sealed record PackedData(int Training, int Held, IReadOnlyList<string> Shards, IReadOnlyList<BrokenMember> Broken);

/// <summary>Packs pictures and captions into shards; what a trainer could not use is left out and named.</summary>
public static class DataPacking
{
    /// <summary>Packs folders of plain files, or shards anew, into a folder, which is made where there is something to pack.</summary>
    /// <exception cref="PareidoliaException">A source cannot be read, a shard cannot be written, or would overwrite one that it must not.</exception>
    public static PackedData Run(IReadOnlyList<string> sources, string folder, PackSettings settings, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string[] earlier = Earlier(sources, folder, settings);
        BrokenMembers broken = new();
        ShardWriter training = new(folder, $"{settings.Name}-train", settings.PerShard), held = new(folder, $"{settings.Name}-val", settings.PerShard);
        WebDataset<Sample> samples = new(sources, sample => Checked(sample, settings.Size), new WebDatasetOptions { ShuffleBuffer = 0 }, broken);
        foreach (Sample sample in samples.Epoch(0, cancel))
            (new KeyedRandom(0, 0, $"held out {sample.Key}").NextDouble() < settings.Held ? held : training).Add(sample);
        training.Complete();
        held.Complete();
        if (training.Count + held.Count > 0)
            foreach (string left in earlier.Except([.. training.Shards, .. held.Shards]))
                File.Delete(left);
        return new PackedData(training.Count, held.Count, [.. training.Shards, .. held.Shards], broken.All);
    }

    // Shards of these names that lie there, which may be overwritten.
    private static string[] Earlier(IReadOnlyList<string> sources, string folder, PackSettings settings)
    {
        string[] earlier = Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.tar").Where(file => IsShard(Path.GetFileNameWithoutExtension(file), settings.Name)).Order(StringComparer.Ordinal)] : [];
        if (earlier is [string first, ..] && !settings.Overwrite)
            throw new PareidoliaException($"'{first}' exists: pack under another name or into another folder, or overwrite (--force) all shards of this name.");
        if (earlier.Select(Path.GetFullPath).Intersect(sources.Select(Path.GetFullPath)).FirstOrDefault() is string read)
            throw new PareidoliaException($"'{read}' is to be packed and to be overwritten: pack under another name or into another folder.");
        return earlier;
    }

    private static bool IsShard(string file, string name) =>
        new[] { "-train-", "-val-" }.Any(set => file.StartsWith(name + set, StringComparison.Ordinal) && file[(name + set).Length..].All(char.IsAsciiDigit));

    // The picture is decoded and the caption read: what fails here would fail in training.
    private static Sample Checked(Sample sample, int? size)
    {
        _ = CaptionRecord.Read(sample);
        string extension = CaptionedImages.PictureExtension(sample);
        Image image = ImageFile.Read(sample.Part(extension).Span, sample.Key);
        Dictionary<string, byte[]> parts = sample.Parts.Where(part => part.Key is "json" or "txt" || part.Key == extension).ToDictionary();
        if (size is int side)
        {
            parts.Remove(extension);
            parts["png"] = PngWriter.Encode(Resize.ToSquare(image.ToRgb(), side));
        }
        return sample with { Parts = parts };
    }
}
