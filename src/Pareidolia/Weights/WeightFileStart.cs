using System.Text;
using Pareidolia.Weights.Pickle;

namespace Pareidolia.Weights;

/// <summary>What a file that should hold weights is, when it is something that people often have in its place.</summary>
internal static class WeightFileStart
{
    private const int Looked = 512;

    /// <summary>Fails where a file is text: a page that a server sent in place of the weights, a placeholder, a renamed file.</summary>
    /// <returns>Whether it begins as files of PyTorch do.</returns>
    /// <exception cref="PareidoliaException">It is missing, empty, or text.</exception>
    public static bool Check(string path)
    {
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return false;
        byte[] start = Read(path);
        if (start.Length == 0)
            throw new PareidoliaException($"'{path}' is empty.");
        string text = Encoding.UTF8.GetString(start);
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            throw new PareidoliaException($"'{path}' is a placeholder of Git LFS, not the weights: fetch them with git lfs pull.");
        if (IsText(start))
            throw new PareidoliaException(text.Contains("<html", StringComparison.OrdinalIgnoreCase)
                ? $"'{path}' is a web page, not weights: the download brought a page in their place."
                : $"'{path}' is a text file, not weights.");
        return TorchFile.IsTorch(start) && !IsSafetensors(start);
    }

    /// <summary>The first bytes of a file.</summary>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] start = new byte[Looked];
            return start[..file.ReadAtLeast(start, Looked, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the weights '{path}': {error.Message}", error);
        }
    }

    // A length below 4 GiB, then JSON. The length's own bytes may be those that a pickle begins with: 640 is 80 02.
    private static bool IsSafetensors(byte[] start) => start.Length > 8 && start[8] == '{' && !start.AsSpan(4, 4).ContainsAnyExcept((byte)0);

    // Weights begin with a binary length or a binary code.
    private static bool IsText(byte[] start) => start.All(value => value is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t' or >= 0xC2);
}
