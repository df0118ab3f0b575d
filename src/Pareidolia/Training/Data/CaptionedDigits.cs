using Pareidolia.Imaging;

namespace Pareidolia.Training.Data;

/// <summary>
/// <see cref="MnistSet"/> as captioned pictures: the set of the conditional-GAN paper (https://arxiv.org/abs/1411.1784), whose digits are asked for
/// in words here. White on black; captions name the digit in several ways, the first is the plainest.
/// </summary>
public static class CaptionedDigits
{
    /// <summary>Largest height and width that a picture is given a border for.</summary>
    public const int LargestSize = 2 * MnistSet.Side;

    private static readonly string[] s_names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    private static readonly string[][] s_captions =
        [.. s_names.Select((name, digit) => (string[])[
            $"a handwritten {name}", $"a handwritten {digit}", $"the digit {name}", $"the number {digit} written by hand", $"a picture of the number {name}",
        ])];

    /// <summary>The words for the digits, zero to nine.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>What can be said about a digit, the plainest first.</summary>
    public static IReadOnlyList<string> Captions(int digit) => s_captions[digit];

    /// <summary>All pictures of a file such as <c>mnist/train-images-idx3-ubyte.gz</c>; the labels lie beside it.</summary>
    /// <param name="images">The file's path.</param>
    /// <param name="size">Height and width, 28 to 56: what is missing is a black border.</param>
    /// <param name="channels">1 or 3.</param>
    /// <exception cref="PareidoliaException">A file is missing or broken, or the size cannot be made.</exception>
    internal static IEnumerable<Picture> Read(string images, int size, int channels)
    {
        if (size is < MnistSet.Side or > LargestSize)
            throw new PareidoliaException($"The data section asks for pictures of {size} pixels; MNIST's have {MnistSet.Side} and are given a black border up to {LargestSize}.");
        MnistSet set = MnistSet.Open(images);
        string name = Path.GetFileName(images).Split('-')[0];
        for (int i = 0; i < set.Count; i++)
            yield return new Picture(Record($"{name}-{i:D5}", set.Labels[i]), Bordered(set.Image(i), size, channels)) { Background = 0 };
    }

    private static CaptionRecord Record(string key, int digit) => new(key, s_captions[digit]) { Name = s_names[digit], Label = digit };

    private static byte[] Bordered(ReadOnlySpan<byte> pixels, int size, int channels)
    {
        Image digit = new(MnistSet.Side, MnistSet.Side, 1, pixels.ToArray());
        Image bordered = new(size, size, 1);
        bordered.Paste(digit, (size - MnistSet.Side) / 2, (size - MnistSet.Side) / 2);
        return (channels == 1 ? bordered : bordered.ToRgb()).Pixels;
    }
}
