using System.Text;
using Pareidolia.Weights;

namespace Pareidolia.Training.Data;

/// <summary>
/// What a data set says about a picture: captions, and where it has them the fields of the emoji set. Only captions are needed, so
/// that a folder of one's own needs no more than <c>cat.png</c> and <c>cat.txt</c>.
/// </summary>
/// <param name="Key">The sample's key; captions and augmentation are drawn by it.</param>
/// <param name="Captions">At least one; the first is the plainest.</param>
public sealed record CaptionRecord(string Key, IReadOnlyList<string> Captions)
{
    /// <summary>Longest caption, in characters: far above what a text encoder can read.</summary>
    private const int CaptionLimit = 4000;

    /// <summary>Drawing style, such as <c>noto</c>; empty where the set has none.</summary>
    public string Style { get; init; } = "";

    /// <summary>What is shown, in a word or two; empty where the set does not say.</summary>
    public string Name { get; init; } = "";

    /// <summary>The subject's group, such as <c>animals-nature</c>; empty where the set has none.</summary>
    public string Group { get; init; } = "";

    /// <summary>The subject's subgroup, such as <c>animal-bird</c>; empty where the set has none.</summary>
    public string Subgroup { get; init; } = "";

    /// <summary>Words about the picture, not cleaned.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>The class of a labelled set, from 0; -1 where the set has none.</summary>
    public int Label { get; init; } = -1;

    /// <summary>Why the picture is held out of training (<c>pair</c>, <c>concept</c> ...); <c>none</c> for training pictures.</summary>
    public string Holdout { get; init; } = "none";

    /// <summary>
    /// Reads a sample's json part (<c>captions</c> or <c>caption</c>, and the fields above), or its txt part: a caption on each line.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="otherwise">The caption where it has neither part; null where it needs one.</param>
    /// <exception cref="PareidoliaException">There is no caption, or the json is broken.</exception>
    public static CaptionRecord Read(Sample sample, string? otherwise = null)
    {
        bool isSilent = !sample.Parts.ContainsKey("json") && !sample.Parts.ContainsKey("txt");
        if (isSilent && otherwise is null)
            throw new PareidoliaException($"it has no caption: a txt or a json is needed beside its {string.Join(", ", sample.Parts.Keys)}.");
        CaptionRecord record = isSilent ? new CaptionRecord(sample.Key, [otherwise!]) : sample.Parts.ContainsKey("json")
            ? FromJson(sample.Key, JsonConfig.Parse(Encoding.UTF8.GetString(sample.Part("json").Span), $"{sample.Key}.json"))
            : new CaptionRecord(sample.Key, Lines(Encoding.UTF8.GetString(sample.Part("txt").Span)));
        if (record.Captions.Count == 0 || record.Captions.Any(string.IsNullOrWhiteSpace))
            throw new PareidoliaException("it has no caption, or an empty one.");
        if (record.Captions.FirstOrDefault(caption => caption.Length > CaptionLimit) is string endless)
            throw new PareidoliaException($"it has a caption of {endless.Length} characters; at most {CaptionLimit} are read.");
        return record;
    }

    /// <summary>The caption of an epoch: any of them, drawn by seed, epoch and key alone.</summary>
    public string Caption(ulong seed, int epoch) => Captions[new KeyedRandom(seed, epoch, $"caption {Key}").Next(Captions.Count)];

    private static CaptionRecord FromJson(string key, JsonConfig json) =>
        new(json.Text("key", key)!, json.Has("captions") ? json.Texts("captions") : json.Texts("caption", []))
        {
            Style = json.Text("style", "")!,
            Name = json.Text("name", "")!,
            Group = json.Text("group", "")!,
            Subgroup = json.Text("subgroup", "")!,
            Keywords = json.Texts("keywords", []),
            Holdout = json.Text("holdout", "none")!,
            Label = json.Int("label", -1),
        };

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
