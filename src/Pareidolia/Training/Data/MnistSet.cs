namespace Pareidolia.Training.Data;

/// <summary>Handwritten digits, 28x28 grey, white on black (LeCun and Cortes).</summary>
/// <param name="Images">Pixels [count, 28, 28].</param>
/// <param name="Labels">The digits, 0 to 9 [count].</param>
public sealed record MnistSet(byte[] Images, byte[] Labels)
{
    /// <summary>Height and width of a picture.</summary>
    public const int Side = 28;

    private const string ImagesMark = "-images-idx";
    private const string LabelsMark = "-labels-idx";

    /// <summary>How many pictures there are.</summary>
    public int Count => Labels.Length;

    /// <summary>The pixels of one picture [28, 28].</summary>
    public ReadOnlySpan<byte> Image(int index) => Images.AsSpan(index * Side * Side, Side * Side);

    /// <summary>Loads the 60,000 training or the 10,000 test pictures from the folder <c>mnist</c> of the data.</summary>
    /// <exception cref="PareidoliaException">A file is missing or broken, or pictures and labels do not fit together.</exception>
    public static MnistSet Load(DataRoot data, bool isTraining)
    {
        string name = isTraining ? "train" : "t10k";
        return Load(data.File($"mnist/{name}{ImagesMark}3-ubyte.gz"), data.File($"mnist/{name}{LabelsMark}1-ubyte.gz"));
    }

    /// <summary>Whether a file's name is that of pictures in the set's layout, <c>NAME-images-idx3-ubyte</c>.</summary>
    internal static bool IsImages(string path) => Path.GetFileName(path).Contains(ImagesMark, StringComparison.Ordinal);

    /// <summary>Loads a file of pictures and the labels beside it, whose name says <c>labels-idx1</c> instead of <c>images-idx3</c>.</summary>
    /// <exception cref="PareidoliaException">A file is missing or broken, or pictures and labels do not fit together.</exception>
    internal static MnistSet Open(string images) =>
        Load(images, Path.Combine(Path.GetDirectoryName(images) ?? "", Path.GetFileName(images).Replace($"{ImagesMark}3", $"{LabelsMark}1", StringComparison.Ordinal)));

    private static MnistSet Load(string imagesPath, string labelsPath)
    {
        IdxFile images = IdxFile.Load(imagesPath), labels = IdxFile.Load(labelsPath);
        if (images.Shape is not [int count, Side, Side] || labels.Shape is not [int named] || named != count)
            throw new PareidoliaException($"The pictures of '{imagesPath}' have the shape [{string.Join(", ", images.Shape)}] and their labels "
                + $"[{string.Join(", ", labels.Shape)}]; [n, {Side}, {Side}] and [n] are needed.");
        int worst = labels.Values.DefaultIfEmpty().Max();
        return worst <= 9
            ? new MnistSet(images.Values, labels.Values)
            : throw new PareidoliaException($"The labels '{labelsPath}' hold {worst}; digits from 0 to 9 are needed.");
    }
}
