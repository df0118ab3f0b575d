using System.Globalization;
using System.Text.Json;
using Pareidolia.Training.Data;

namespace Pareidolia.Cli;

/// <summary>What <c>pareidolia data</c> found, for people and for programs.</summary>
internal static class DataReportText
{
    private const int Listed = 5;

    /// <summary>Writes the result of a check, a line for each thing that was counted.</summary>
    public static void Write(TextWriter output, DataReport report, OutputFile? sheet)
    {
        CaptionStatistics captions = report.Captions;
        TextTable table = new();
        table.Add("pictures", $"{report.Pictures}");
        table.Add("sizes", report.Pictures == 0 ? "-" : $"{string.Join(", ", report.Sizes.Take(Listed).Select(size => $"{size.Size} ({size.Count})"))}{More(report.Sizes.Count)}; sides of {report.SmallestSide} to {report.LargestSide} pixels");
        table.Add("captions", $"{captions.Count}, {captions.Distinct} different; {captions.FewestWords} to {captions.MostWords} words, {captions.MeanWords.ToString("0.0", CultureInfo.InvariantCulture)} on average");
        table.Add("words", $"{captions.Vocabulary} different; most often {string.Join(", ", captions.CommonWords.Select(word => $"{word.Word} ({word.Count})"))}");
        table.Add("equal pictures", Groups(report.SamePixels));
        table.Add("alike pictures", Groups(report.Alike));
        table.Add("broken", report.Broken.Count == 0 ? "none" : $"{report.Broken.Count}");
        table.Write(output);
        WriteBroken(output, report.Broken);
        if (sheet is OutputFile file)
            output.WriteLine($"{file.Path}  {report.Sheet!.Width}x{report.Sheet.Height}  some of the pictures{file.Note}");
    }

    /// <summary>Writes what was packed.</summary>
    public static void Write(TextWriter output, PackedData packed)
    {
        foreach (string shard in packed.Shards)
            output.WriteLine(shard);
        output.WriteLine($"{packed.Training} pictures to train on, {packed.Held} held out, {packed.Broken.Count} left out");
        WriteBroken(output, packed.Broken);
    }

    /// <summary>Writes the result of a check.</summary>
    public static void WriteJson(Utf8JsonWriter json, DataReport report)
    {
        json.WriteNumber("pictures", report.Pictures);
        json.WriteStartObject("sizes");
        foreach ((string size, int count) in report.Sizes)
            json.WriteNumber(size, count);
        json.WriteEndObject();
        json.WriteNumber("smallest_side", report.SmallestSide);
        json.WriteNumber("largest_side", report.LargestSide);
        WriteCaptions(json, report.Captions);
        WriteGroups(json, "equal_pictures", report.SamePixels);
        WriteGroups(json, "alike_pictures", report.Alike);
        WriteBroken(json, report.Broken);
    }

    /// <summary>Writes what was packed.</summary>
    public static void WriteJson(Utf8JsonWriter json, PackedData packed)
    {
        json.WriteNumber("training", packed.Training);
        json.WriteNumber("held_out", packed.Held);
        WriteList(json, "shards", packed.Shards);
        WriteBroken(json, packed.Broken);
    }

    private static void WriteCaptions(Utf8JsonWriter json, CaptionStatistics captions)
    {
        json.WriteStartObject("captions");
        json.WriteNumber("count", captions.Count);
        json.WriteNumber("distinct", captions.Distinct);
        json.WriteNumber("fewest_words", captions.FewestWords);
        json.WriteNumber("mean_words", Math.Round(captions.MeanWords, 2));
        json.WriteNumber("most_words", captions.MostWords);
        json.WriteNumber("vocabulary", captions.Vocabulary);
        json.WriteStartObject("common_words");
        foreach ((string word, int count) in captions.CommonWords)
            json.WriteNumber(word, count);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteGroups(Utf8JsonWriter json, string name, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        json.WriteStartArray(name);
        foreach (IReadOnlyList<string> group in groups)
        {
            json.WriteStartArray();
            foreach (string key in group)
                json.WriteStringValue(key);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteBroken(Utf8JsonWriter json, IReadOnlyList<BrokenMember> broken) => WriteList(json, "broken", broken.Select(member => member.ToString()));

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteBroken(TextWriter output, IReadOnlyList<BrokenMember> broken)
    {
        foreach (BrokenMember member in broken.Take(Listed))
            output.WriteLine($"  {member}");
        if (broken.Count > Listed)
            output.WriteLine($"  and {broken.Count - Listed} more (--json lists all)");
    }

    private static string Groups(IReadOnlyList<IReadOnlyList<string>> groups) => groups.Count == 0
        ? "none"
        : $"{groups.Count} {(groups.Count == 1 ? "group" : "groups")}, for instance {string.Join("; ", groups.Take(2).Select(group => $"{string.Join(" = ", group.Take(Listed))}{More(group.Count)}"))}";

    private static string More(int count) => count > Listed ? " .." : "";
}
