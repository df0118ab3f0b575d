using System.Globalization;
using System.Text.Json;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>The result of a run: a line for each file, or JSON.</summary>
/// <param name="io">Where it goes.</param>
/// <param name="settings">What all pictures share.</param>
/// <param name="model">The model's name.</param>
/// <param name="loading">How long the model took to load.</param>
internal sealed class GenerateReport(CommandIo io, GenerateSettings settings, string model, TimeSpan loading)
{
    private readonly TimeSpan _all = io.Clock.Elapsed;

    /// <summary>Writes it.</summary>
    public void Write(IReadOnlyList<SavedPicture> pictures, OutputFile? grid, bool json)
    {
        if (json)
            JsonOutput.Write(io.Out, writer => WriteJson(writer, pictures, grid));
        else
            WriteLines(pictures, grid);
    }

    private void WriteLines(IReadOnlyList<SavedPicture> pictures, OutputFile? grid)
    {
        foreach (SavedPicture picture in pictures)
        {
            io.Out.WriteLine(Line(picture, pictures.Count == 1));
            WriteExtra(picture.Strip, "the denoising");
        }
        WriteExtra(grid, "all of them");
        if (pictures.Count > 1)
            io.Out.WriteLine($"{pictures.Count} pictures  {Shown.Seconds(_all)}  {Rate(pictures.Count)} pictures a second after {Shown.Seconds(loading)} of loading");
    }

    private string Line(SavedPicture picture, bool alone)
    {
        string time = alone ? $"  {Shown.Seconds(_all)}" : "";
        string score = picture.Score is PromptScore scored ? $"  {scored}" : "";
        string made = $"{picture.Size.Width}x{picture.Size.Height}  seed {picture.Plan.Request.Seed}  {settings.Steps} steps";
        return $"{picture.File.Path}  {made}{time}{score}{picture.File.Note}";
    }

    private string Rate(int count) => (count / (_all - loading).TotalSeconds).ToString("0.0", CultureInfo.InvariantCulture);

    private void WriteExtra(OutputFile? file, string what)
    {
        if (file is OutputFile there)
            io.Out.WriteLine($"{there.Path}  {what}{there.Note}");
    }

    private void WriteJson(Utf8JsonWriter json, IReadOnlyList<SavedPicture> pictures, OutputFile? grid)
    {
        json.WriteString("model", model);
        json.WriteNumber("steps", settings.Steps);
        json.WriteNumber("guidance", settings.Guidance);
        json.WriteString("sampler", settings.Sampler?.Sampler.Name);
        json.WriteString("schedule", settings.Sampler?.Schedule);
        json.WriteNumber("width", settings.Width);
        json.WriteNumber("height", settings.Height);
        json.WriteNumber("loading_seconds", Math.Round(loading.TotalSeconds, 3));
        json.WriteNumber("seconds", Math.Round(_all.TotalSeconds, 3));
        json.WriteStartArray("pictures");
        foreach (SavedPicture picture in pictures)
            WritePicture(json, picture);
        json.WriteEndArray();
        if (grid is OutputFile file)
            json.WriteString("grid", file.Path);
    }

    private static void WritePicture(Utf8JsonWriter json, SavedPicture picture)
    {
        json.WriteStartObject();
        json.WriteString("file", picture.File.Path);
        json.WriteString("prompt", picture.Plan.Request.Prompt);
        json.WriteString("negative", picture.Plan.Request.Negative);
        json.WriteNumber("seed", picture.Plan.Request.Seed);
        if (picture.Strip is OutputFile strip)
            json.WriteString("steps_strip", strip.Path);
        if (picture.Score is PromptScore score)
            WriteScore(json, score);
        json.WriteEndObject();
    }

    private static void WriteScore(Utf8JsonWriter json, PromptScore score)
    {
        json.WriteStartObject("clip");
        json.WriteNumber("prompt", Math.Round(score.Whole, 4));
        json.WriteStartObject("phrases");
        foreach ((string phrase, double fit) in score.Phrases)
            json.WriteNumber(phrase, Math.Round(fit, 4));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
