using System.Text.Json;
using Pareidolia.Imaging;

namespace Pareidolia.Cli.Xyz;

/// <summary>The result of drawing a grid: a line for each file, or JSON.</summary>
/// <param name="io">Where it goes.</param>
/// <param name="axes">X, Y, Z.</param>
internal sealed class XyzReport(CommandIo io, IReadOnlyList<Axis> axes)
{
    /// <summary>Writes it.</summary>
    public void Write(OutputFile file, Image grid, IReadOnlyList<XyzCell> cells, IReadOnlyList<OutputFile> alone, bool json)
    {
        if (json)
            JsonOutput.Write(io.Out, writer => WriteJson(writer, file, cells, alone));
        else
            WriteLines(file, grid, cells.Count, alone);
    }

    private void WriteLines(OutputFile file, Image grid, int cells, IReadOnlyList<OutputFile> alone)
    {
        foreach (OutputFile cell in alone)
            io.Out.WriteLine($"{cell.Path}{cell.Note}");
        string extents = string.Join(" x ", axes.Where(axis => axis.Parameter is not null).Select(axis => axis.Values.Count));
        io.Out.WriteLine($"{file.Path}  {grid.Width}x{grid.Height}  a grid of {extents} pictures  {Shown.Seconds(io.Clock.Elapsed)}{file.Note}");
    }

    private void WriteJson(Utf8JsonWriter json, OutputFile file, IReadOnlyList<XyzCell> cells, IReadOnlyList<OutputFile> alone)
    {
        json.WriteString("grid", file.Path);
        json.WriteNumber("cells", cells.Count);
        json.WriteNumber("seconds", Math.Round(io.Clock.Elapsed.TotalSeconds, 3));
        json.WriteStartArray("axes");
        foreach (Axis axis in axes.Where(axis => axis.Parameter is not null))
            WriteAxis(json, axis);
        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (OutputFile cell in alone)
            json.WriteStringValue(cell.Path);
        json.WriteEndArray();
    }

    private static void WriteAxis(Utf8JsonWriter json, Axis axis)
    {
        json.WriteStartObject();
        json.WriteString("axis", axis.Letter.ToString());
        json.WriteString("type", axis.Parameter!.Label);
        json.WriteStartArray("values");
        foreach (string value in axis.Values)
            json.WriteStringValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
