namespace Pareidolia.Training.Data;

/// <summary>A picture and what is said about it.</summary>
/// <typeparam name="TImage">What the picture was decoded to.</typeparam>
/// <param name="Record">Captions and labels.</param>
/// <param name="Image">The picture.</param>
public sealed record CaptionedImage<TImage>(CaptionRecord Record, TImage Image);

/// <summary>Data sets of captioned pictures.</summary>
public static class CaptionedImages
{
    /// <summary>File extensions of pictures, the first that a sample has counts.</summary>
    private static readonly string[] Extensions = ["png", "jpg", "jpeg", "webp"];

    /// <summary>Opens shards of pictures with captions.</summary>
    /// <param name="shards">The shards' paths.</param>
    /// <param name="decode">Decodes a picture's file; throws <see cref="PareidoliaException"/> where it is broken.</param>
    /// <param name="keep">Which samples to keep, asked before the picture is decoded; all where nothing is given.</param>
    /// <param name="options">How to read.</param>
    /// <param name="broken">Takes the reports of what was skipped.</param>
    /// <param name="caption">The caption of pictures that have none; null to skip those.</param>
    public static WebDataset<CaptionedImage<TImage>> Open<TImage>(
        IReadOnlyList<string> shards, Func<ReadOnlyMemory<byte>, TImage> decode, Func<CaptionRecord, bool>? keep = null,
        WebDatasetOptions? options = null, BrokenMembers? broken = null, string? caption = null)
    {
        CaptionedImage<TImage>? Decode(Sample sample)
        {
            CaptionRecord record = CaptionRecord.Read(sample, caption);
            bool isKept = keep is null || keep(record);
            return isKept ? new CaptionedImage<TImage>(record, decode(Picture(sample))) : null;
        }

        return new WebDataset<CaptionedImage<TImage>>(shards, Decode, options, broken);
    }

    /// <summary>The extension of a sample's picture; that of a PNG where it has none.</summary>
    internal static string PictureExtension(Sample sample) => Extensions.FirstOrDefault(sample.Parts.ContainsKey) ?? Extensions[0];

    private static ReadOnlyMemory<byte> Picture(Sample sample) => sample.Part(PictureExtension(sample));
}
