namespace Pareidolia.Training.Data;

/// <summary>Handwritten digits, 28x28 grey, white on black (LeCun and Cortes).</summary>
/// <param name="Images">Pixels [count, 28, 28].</param>
/// <param name="Labels">The digits, 0 to 9 [count].</param>
public sealed record MnistSet(byte[] Images, byte[] Labels)
{
    /// <summary>Height and width of a picture.</summary>
    public const int Side = 28;

    /// <summary>How many pictures there are.</summary>
    public int Count => Labels.Length;

    /// <summary>The pixels of one picture [28, 28].</summary>
    public ReadOnlySpan<byte> Image(int index) => Images.AsSpan(index * Side * Side, Side * Side);

    /// <summary>Loads the 60,000 training or the 10,000 test pictures from the folder <c>mnist</c> of the data.</summary>
    /// <exception cref="PareidoliaException">A file is missing or broken, or pictures and labels do not fit together.</exception>
    public static MnistSet Load(DataRoot data, bool isTraining)
    {
        string name = isTraining ? "train" : "t10k";
        IdxFile images = IdxFile.Load(data.File($"mnist/{name}-images-idx3-ubyte.gz"));
        IdxFile labels = IdxFile.Load(data.File($"mnist/{name}-labels-idx1-ubyte.gz"));
        if (images.Shape is not [int count, Side, Side] || labels.Shape is not [int named] || named != count)
            throw new PareidoliaException($"The {name} pictures of MNIST have the shape [{string.Join(", ", images.Shape)}] and the labels "
                + $"[{string.Join(", ", labels.Shape)}]; [n, {Side}, {Side}] and [n] are needed.");
        int worst = labels.Values.DefaultIfEmpty().Max();
        return worst <= 9
            ? new MnistSet(images.Values, labels.Values)
            : throw new PareidoliaException($"The {name} labels of MNIST hold {worst}; digits from 0 to 9 are needed.");
    }
}
