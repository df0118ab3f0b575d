using System.Security.Cryptography;
using Pareidolia.Imaging;

namespace Pareidolia.Training.Data;

/// <summary>What a data set is made of, before hours are spent on it.</summary>
/// <param name="Pictures">Samples with a picture that can be decoded and a caption.</param>
/// <param name="Sizes">How many pictures have each size (<c>128x96</c>), the commonest first.</param>
/// <param name="SmallestSide">The shortest side of all pictures, in pixels.</param>
/// <param name="LargestSide">The longest.</param>
/// <param name="Captions">What the captions are like.</param>
/// <param name="SamePixels">Groups of pictures that are equal in every pixel, by their keys.</param>
/// <param name="Alike">Groups that look the same at 8x8 pixels in 16 shades and are not equal in every pixel.</param>
/// <param name="Broken">What could not be used, and why.</param>
/// <param name="Sheet">Up to 64 of the pictures at a glance; null where there are none.</param>
public sealed record DataReport(
    int Pictures, IReadOnlyList<(string Size, int Count)> Sizes, int SmallestSide, int LargestSide, CaptionStatistics Captions,
    IReadOnlyList<IReadOnlyList<string>> SamePixels, IReadOnlyList<IReadOnlyList<string>> Alike, IReadOnlyList<BrokenMember> Broken, Image? Sheet);

/// <summary>What the captions of a data set are like.</summary>
/// <param name="Count">All captions of all pictures.</param>
/// <param name="Distinct">How many of them differ.</param>
/// <param name="FewestWords">Words of the shortest.</param>
/// <param name="MeanWords">Words of a caption on average.</param>
/// <param name="MostWords">Words of the longest.</param>
/// <param name="Vocabulary">Different words, without regard to case.</param>
/// <param name="CommonWords">The ten commonest words of four letters or more, and in how many captions they stand.</param>
public sealed record CaptionStatistics(
    int Count, int Distinct, int FewestWords, double MeanWords, int MostWords, int Vocabulary, IReadOnlyList<(string Word, int Count)> CommonWords)
{
    private const int Common = 10;
    private const int CommonLength = 4;

    /// <summary>Counts.</summary>
    public static CaptionStatistics Of(IReadOnlyCollection<string> captions)
    {
        ArgumentNullException.ThrowIfNull(captions);
        if (captions.Count == 0)
            return new CaptionStatistics(0, 0, 0, 0, 0, 0, []);
        List<string[]> words = [.. captions.Select(Words)];
        Dictionary<string, int> counts = words.SelectMany(caption => caption.Distinct()).CountBy(word => word).ToDictionary();
        IEnumerable<(string, int)> common = counts.Where(entry => entry.Key.Length >= CommonLength)
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value)).Take(Common);
        return new CaptionStatistics(
            captions.Count, captions.Distinct().Count(), words.Min(caption => caption.Length), words.Average(caption => caption.Length),
            words.Max(caption => caption.Length), counts.Count, [.. common]);
    }

    private static string[] Words(string caption) =>
        [.. caption.ToLowerInvariant().Split([' ', '\t', ',', '.', ';', ':', '!', '?', '"', '(', ')'], StringSplitOptions.RemoveEmptyEntries)];
}

/// <summary>Looks at every sample of a data set once: <see cref="Run"/>.</summary>
public sealed class DataCheck
{
    private const int SheetPictures = 64;
    private const int SheetColumns = 8;
    private const int Thumbnail = 96;
    private const int AlikeSide = 8;

    private readonly Dictionary<string, int> _sizes = [];
    private readonly List<string> _captions = [];
    private readonly Dictionary<string, List<string>> _samePixels = [];
    private readonly Dictionary<string, List<(string Key, string Pixels)>> _alike = [];
    private readonly List<Image> _sheet = [];
    private int _pictures;
    private int _smallest = int.MaxValue;
    private int _largest;

    private DataCheck()
    {
    }

    /// <summary>Reads shards (and folders of plain files) from front to back; every picture is decoded.</summary>
    /// <param name="sources">Tar shards and folders.</param>
    /// <param name="cancel">Ends it with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="PareidoliaException">A shard is missing or cannot be read.</exception>
    public static DataReport Run(IReadOnlyList<string> sources, CancellationToken cancel = default)
    {
        BrokenMembers broken = new();
        WebDataset<CaptionedImage<Seen>> data = CaptionedImages.Open(sources, See, options: new WebDatasetOptions { ShuffleBuffer = 0 }, broken: broken);
        DataCheck check = new();
        foreach (CaptionedImage<Seen> sample in data.Epoch(0, cancel))
            check.Add(sample.Record, sample.Image);
        return check.Report(broken.All);
    }

    private static Seen See(ReadOnlyMemory<byte> file)
    {
        Image image = ImageFile.Read(file.Span, "picture").ToRgb();
        string pixels = Convert.ToHexString(SHA256.HashData([.. BitConverter.GetBytes(image.Width), .. image.Pixels]));
        byte[] small = Array.ConvertAll(Resize.To(image, AlikeSide, AlikeSide, Resampling.Box).Pixels, value => (byte)(value >> 4));
        double scale = Math.Min(1, Thumbnail / (double)Math.Max(image.Width, image.Height));
        Image sized = Resize.To(image, Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)), Resampling.Box);
        return new Seen(image.Width, image.Height, pixels, Convert.ToHexString(small), sized);
    }

    private void Add(CaptionRecord record, Seen seen)
    {
        string size = $"{seen.Width}x{seen.Height}";
        _sizes[size] = _sizes.GetValueOrDefault(size) + 1;
        (_smallest, _largest) = (Math.Min(_smallest, Math.Min(seen.Width, seen.Height)), Math.Max(_largest, Math.Max(seen.Width, seen.Height)));
        _captions.AddRange(record.Captions);
        Listed(_samePixels, seen.Pixels).Add(record.Key);
        Listed(_alike, seen.Small).Add((record.Key, seen.Pixels));
        // Every picture has the same chance to be on the sheet, and the same set has the same sheet.
        int place = new KeyedRandom(0, _pictures, "contact sheet").Next(_pictures + 1);
        if (_sheet.Count < SheetPictures)
            _sheet.Add(seen.Thumbnail);
        else if (place < SheetPictures)
            _sheet[place] = seen.Thumbnail;
        _pictures++;
    }

    private DataReport Report(IReadOnlyList<BrokenMember> broken)
    {
        IEnumerable<(string, int)> sizes = _sizes.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value));
        IEnumerable<IReadOnlyList<string>> alike = _alike.Values.Where(group => group.Select(entry => entry.Pixels).Distinct().Skip(1).Any())
            .Select(group => (IReadOnlyList<string>)[.. group.Select(entry => entry.Key)]);
        return new DataReport(
            _pictures, [.. sizes], _pictures == 0 ? 0 : _smallest, _largest, CaptionStatistics.Of(_captions),
            [.. _samePixels.Values.Where(group => group.Count > 1)], [.. alike], broken, _sheet.Count == 0 ? null : Mosaic.Grid(_sheet, SheetColumns, 4));
    }

    private static List<T> Listed<T>(Dictionary<string, List<T>> lists, string key)
    {
        if (!lists.TryGetValue(key, out List<T>? list))
            lists.Add(key, list = []);
        return list;
    }

    private sealed record Seen(int Width, int Height, string Pixels, string Small, Image Thumbnail);
}
