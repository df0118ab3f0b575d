using System.Globalization;
using System.Text.Json.Nodes;
using Pareidolia.Files;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Explaining;

/// <summary>
/// How often CLIP's verdict is right: on real pictures whose captions are true, the share whose caption fits better than the same caption in another
/// colour, and than its negation. A file <c>clip/verdict.json</c> in the model's folder.
/// </summary>
/// <param name="Swapped">Share of right verdicts against another colour.</param>
/// <param name="SwappedCount">Pictures whose captions name a colour.</param>
/// <param name="Negated">Share of right verdicts against "not ...".</param>
/// <param name="NegatedCount">Pictures.</param>
/// <param name="Data">On which pictures.</param>
public sealed record HitRate(double Swapped, int SwappedCount, double Negated, int NegatedCount, string Data)
{
    /// <summary>Reads what was measured of a model; null where nothing was.</summary>
    public static HitRate? Load(string modelFolder)
    {
        string path = PathIn(modelFolder);
        if (!File.Exists(path) || JsonNode.Parse(File.ReadAllText(path)) is not JsonObject json)
            return null;
        return new HitRate(
            json["swapped"]!.GetValue<double>(), json["swapped_count"]!.GetValue<int>(), json["negated"]!.GetValue<double>(), json["negated_count"]!.GetValue<int>(),
            json["data"]!.GetValue<string>());
    }

    /// <summary>Measures it.</summary>
    /// <param name="verifier">The model's CLIP.</param>
    /// <param name="pictures">Pictures that it was not trained on, with captions that are true of them.</param>
    /// <param name="data">What they are called.</param>
    public static HitRate Measure(PromptVerifier verifier, IEnumerable<(Image Picture, string Caption)> pictures, string data)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        ArgumentNullException.ThrowIfNull(pictures);
        (int swapped, int swappedRight, int negated, int negatedRight) = (0, 0, 0, 0);
        foreach ((Image picture, string caption) in pictures)
        {
            string? colour = Contrasts.ColourOf(caption);
            string[] others = [.. Contrasts.Of(caption, [caption]).Where(text => !Contrasts.IsNegation(text))];
            IReadOnlyList<double> cosines = verifier.Cosines(picture, [caption, $"not {caption}", .. others]);
            (negated, negatedRight) = (negated + 1, negatedRight + (cosines[0] > cosines[1] ? 1 : 0));
            if (colour is not null)
                (swapped, swappedRight) = (swapped + 1, swappedRight + (cosines.Skip(2).All(cosine => cosine < cosines[0]) ? 1 : 0));
        }
        return new HitRate((double)swappedRight / Math.Max(1, swapped), swapped, (double)negatedRight / Math.Max(1, negated), negated, data);
    }

    /// <summary>Writes it into a model's folder.</summary>
    public void Save(string modelFolder)
    {
        JsonObject json = new()
        {
            ["swapped"] = Math.Round(Swapped, 4), ["swapped_count"] = SwappedCount, ["negated"] = Math.Round(Negated, 4), ["negated_count"] = NegatedCount, ["data"] = Data,
        };
        AtomicFile.Write(PathIn(modelFolder), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString() + "\n")));
    }

    /// <summary>A sentence.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"On {NegatedCount} pictures of {Data} with true captions, the caption beat \"not ...\" in {Negated:P0}; on the {SwappedCount} whose captions name a colour, it beat four other colours in {Swapped:P0}.");

    private static string PathIn(string modelFolder) => Path.Combine(modelFolder, "clip", "verdict.json");
}
