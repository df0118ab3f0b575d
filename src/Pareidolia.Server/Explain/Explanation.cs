using System.Text.Json;
using Pareidolia.Files;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Explain;

/// <summary>Why a picture looks as it does, as far as it is known.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Prompt">What was asked for.</param>
internal sealed record Explanation(string Picture, string Prompt)
{
    /// <summary>How well it fits the whole prompt, as a cosine; null where its model has no CLIP.</summary>
    public double? Whole { get; init; }

    /// <summary>How well it fits each phrase.</summary>
    public IReadOnlyList<PhraseScore> Phrases { get; init; } = [];

    /// <summary>Which word was looked at where.</summary>
    public IReadOnlyList<WordView> Words { get; init; } = [];

    /// <summary>Why there are no words; null where there are.</summary>
    public string? WhyNoWords { get; init; }

    /// <summary>
    /// Whether what was drawn for the words is the same picture to the byte; weights of words, second passes and masks are left out there. Null where
    /// nothing was drawn.
    /// </summary>
    public bool? SameAsPicture { get; init; }

    /// <summary>Which training pictures mean the most similar; none where the model has no index of them.</summary>
    public IReadOnlyList<NearPicture> Nearest { get; init; } = [];
}

/// <summary>How well a phrase fits, as a cosine: -1 to 1.</summary>
internal sealed record PhraseScore(string Phrase, double Score);

/// <summary>A word of the prompt.</summary>
/// <param name="Word">As it was typed.</param>
/// <param name="Strength">How much it was looked at, 1 for as much as the others.</param>
/// <param name="Url">The picture, warm where it was looked at most.</param>
internal sealed record WordView(string Word, double Strength, string Url);

/// <summary>A picture that the model was trained on.</summary>
/// <param name="Caption">What is said of it.</param>
/// <param name="Similarity">The cosine of the two in CLIP's space.</param>
/// <param name="Url">A small copy of it, as a data address.</param>
internal sealed record NearPicture(string Caption, double Similarity, string Url)
{
    /// <summary>One of an index.</summary>
    public static NearPicture Of(IndexedPicture near) => new(near.Caption, near.Score,
        $"data:image/png;base64,{Convert.ToBase64String(PngWriter.Encode(new Image(PictureIndex.Side, PictureIndex.Side, 3, near.Pixels)))}");
}

/// <summary>Keeps explanations beside the films of their pictures, with which they go.</summary>
internal sealed class ExplanationStore(DataFolder folder)
{
    /// <summary>The report of a picture; null where nobody has asked for it yet.</summary>
    public JsonElement? Find(string id) => File.Exists(FileOf(id)) ? JsonElement.Parse(File.ReadAllText(FileOf(id))) : null;

    /// <summary>Keeps a report.</summary>
    public void Keep(string id, JsonElement report)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(FileOf(id))!);
        AtomicFile.Write(FileOf(id), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(report.GetRawText())));
    }

    /// <summary>Keeps the map of a word; its address.</summary>
    public string KeepMap(string id, int number, Image map)
    {
        string file = MapOf(id, number);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        PngWriter.Write(file, map);
        return $"/api/v1/pictures/{id}/explain/words/{number}";
    }

    /// <summary>The file of a word's map; null where there is none.</summary>
    public string? FindMap(string id, int number) => File.Exists(MapOf(id, number)) ? MapOf(id, number) : null;

    private string FileOf(string id) => Path.Combine(folder.Films, PictureId.Checked(id), "explanation.json");

    private string MapOf(string id, int number) => Path.Combine(folder.Films, PictureId.Checked(id), "words", $"{number:D4}.png");
}
