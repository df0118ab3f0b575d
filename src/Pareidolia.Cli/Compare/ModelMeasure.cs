using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Training.Metrics;

namespace Pareidolia.Cli.Compare;

/// <summary>What one model drew, and what that took.</summary>
/// <param name="Name">The model's.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Kind">Its class.</param>
/// <param name="Parameters">Numbers that it learned.</param>
/// <param name="Pictures">One for each prompt.</param>
/// <param name="SecondsPerPicture">Without loading.</param>
/// <param name="PeakBytes">The most that its tensors held, weights included.</param>
/// <param name="TrainingSeconds">As its run's metrics tell; null where they are not beside it.</param>
/// <param name="Fit">Mean fit of pictures and prompts as CLIP sees it, -1 to 1; null without a judge.</param>
/// <param name="Fidelity">How often a true picture is the nearest to what was drawn of its caption; null where none are compared with.</param>
internal sealed record ModelMeasure(
    string Name, string Folder, string Kind, long Parameters, IReadOnlyList<Image> Pictures, double SecondsPerPicture, long PeakBytes, double? TrainingSeconds, double? Fit, FidelityScore? Fidelity)
{
    /// <summary>Lets a model draw all prompts, picture i with seed + i; null for a model that cannot be drawn with.</summary>
    /// <param name="folder">The model's.</param>
    /// <param name="prompts">What to draw.</param>
    /// <param name="seed">Of the first picture.</param>
    /// <param name="judge">Scores the pictures; null for none.</param>
    /// <param name="truth">True pictures, whose captions it draws as well; null for none.</param>
    /// <param name="onPicture">Called after each.</param>
    public static ModelMeasure? Of(string folder, IReadOnlyList<string> prompts, ulong seed, PromptVerifier? judge, Fidelity? truth, Action onPicture)
    {
        TensorMemory.ResetPeak();
        long before = TensorMemory.LiveBytes;
        using ComparedModel? model = ComparedModel.Open(folder);
        if (model is null)
            return null;
        Stopwatch clock = Stopwatch.StartNew();
        List<Image> pictures = Draw(prompts, seed, (prompt, number) => model.Draw(prompt, null, number), onPicture);
        double seconds = clock.Elapsed.TotalSeconds / prompts.Count;
        long peak = TensorMemory.PeakBytes - before;
        double? fit = judge is null ? null : pictures.Zip(prompts, (picture, prompt) => judge.Score(picture, prompt).Whole).Average();
        // These captions name their style themselves.
        FidelityScore? score = truth?.Score(Draw(truth.Captions, 0, (caption, number) => model.Draw(caption, ModelSettings.NoStyle, number), onPicture));
        return new ModelMeasure(model.Name, folder, model.Kind, model.Parameters, pictures, seconds, peak, TrainingSecondsOf(folder), fit, score);
    }

    /// <summary>What stands above its pictures.</summary>
    public string Caption => $"{Name}: {Numbers}";

    /// <summary>What it took and how good it is, in words.</summary>
    public string Numbers => string.Join(", ", new[]
    {
        $"{Shown.Count(Parameters)} parameters", Written($"{SecondsPerPicture:0.00} s"), Shown.Bytes(PeakBytes),
        Fit is double fit ? Written($"CLIP {fit:0.000}") : null,
        Fidelity is FidelityScore score ? Written($"fidelity {score.Top1:0.000} / {score.Top5:0.000}") : null,
        TrainingSeconds is double training ? Written($"trained {training / 60:0} min") : null,
    }.OfType<string>());

    /// <summary>Writes it as a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("folder", Folder);
        json.WriteString("class", Kind);
        json.WriteNumber("parameters", Parameters);
        json.WriteNumber("seconds_per_picture", Math.Round(SecondsPerPicture, 4));
        json.WriteNumber("peak_bytes", PeakBytes);
        json.WriteNumber("width", Pictures[0].Width);
        json.WriteNumber("height", Pictures[0].Height);
        if (TrainingSeconds is double training)
            json.WriteNumber("training_seconds", Math.Round(training));
        if (Fit is double fit)
            json.WriteNumber("clip_fit", Math.Round(fit, 4));
        if (Fidelity is FidelityScore score)
            Write(json, score);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FidelityScore score)
    {
        json.WriteStartObject("fidelity");
        json.WriteNumber("pictures", score.Count);
        json.WriteNumber("top1", Math.Round(score.Top1, 4));
        json.WriteNumber("top5", Math.Round(score.Top5, 4));
        json.WriteNumber("mrr", Math.Round(score.MeanReciprocalRank, 4));
        json.WriteEndObject();
    }

    private static List<Image> Draw(IReadOnlyList<string> prompts, ulong seed, Func<string, ulong, Image> draw, Action onPicture)
    {
        List<Image> pictures = [];
        foreach ((int i, string prompt) in prompts.Index())
        {
            pictures.Add(draw(prompt, seed + (ulong)i));
            onPicture();
        }
        return pictures;
    }

    private static string Written(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static double? TrainingSecondsOf(string folder)
    {
        string metrics = Path.Combine(folder, "..", "metrics.jsonl");
        return File.Exists(metrics) ? File.ReadLines(metrics).Select(SecondsIn).LastOrDefault(seconds => seconds is not null) : null;
    }

    // A line that was cut short tells nothing.
    private static double? SecondsIn(string line)
    {
        try
        {
            using JsonDocument row = JsonDocument.Parse(line);
            return row.RootElement.TryGetProperty("seconds", out JsonElement seconds) ? seconds.GetDouble() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
