using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pareidolia.Training;

/// <summary>The run's numbers as <c>metrics.jsonl</c>: one JSON object a line, appended and flushed as the run goes.</summary>
internal sealed class MetricsLog
{
    private readonly string _path;

    /// <summary>Opens the log of a run that goes on after <paramref name="step"/>; lines of later steps, which will be run again, are dropped.</summary>
    public MetricsLog(string path, int step)
    {
        _path = path;
        if (File.Exists(path))
            Rows.AddRange(File.ReadLines(path).Select(Parse).Where(row => row is not null && row["step"] <= step).Select(row => row!));
        File.WriteAllLines(path, Rows.Select(Format));
    }

    /// <summary>All rows so far.</summary>
    public List<IReadOnlyDictionary<string, double>> Rows { get; } = [];

    /// <summary>Adds a row.</summary>
    public void Add(IReadOnlyDictionary<string, double> row)
    {
        Rows.Add(row);
        File.AppendAllText(_path, Format(row) + "\n");
    }

    /// <summary>Adds the row of a measurement at the end of a run, in the place of the one that an earlier call wrote.</summary>
    public void Conclude(IReadOnlyDictionary<string, double> row)
    {
        if (Rows.Count > 0 && Rows[^1].Keys.SequenceEqual(row.Keys))
        {
            Rows.RemoveAt(Rows.Count - 1);
            File.WriteAllLines(_path, Rows.Select(Format));
        }
        Add(row);
    }

    private static string Format(IReadOnlyDictionary<string, double> row)
    {
        StringBuilder line = new("{");
        foreach ((string name, double value) in row)
            line.Append(CultureInfo.InvariantCulture, $"{(line.Length > 1 ? ", " : "")}\"{name}\": {(double.IsFinite(value) ? value.ToString("G6", CultureInfo.InvariantCulture) : "null")}");
        return line.Append('}').ToString();
    }

    // A line cut short by a kill is dropped: its step is run again.
    private static Dictionary<string, double>? Parse(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDouble() : double.NaN);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
