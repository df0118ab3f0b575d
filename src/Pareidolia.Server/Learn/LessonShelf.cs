using Pareidolia.Server.Jobs;
using Pareidolia.Server.Http;
using Pareidolia.Server.Models;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Learn;

/// <summary>
/// The networks of the story that are here: among the models, among what was trained elsewhere and is named in the options, and among the studio's own runs.
/// Looked up each time, so that what has been trained is there at once.
/// </summary>
internal sealed class LessonShelf(StudioOptions options, ModelShelf shelf, DataFolder folder, JobStore jobs)
{
    private const string Exported = "model";

    // What may not be read is not there.
    private static readonly EnumerationOptions s_readable = new();

    /// <summary>Each lesson with the models that have its network.</summary>
    public IEnumerable<LessonView> Views()
    {
        (string Name, string Path)[] places = [.. Places()];
        // Noise is laid over pictures by jobs that draw, which know the server's own models.
        return Lesson.All.Select(lesson => new LessonView(
            lesson.Name, [.. In(lesson, lesson == Lesson.Noise ? OfShelf() : places).Select(place => place.Name).Distinct()], lesson.How));
    }

    /// <summary>The model of a name that has a lesson's network, and its folder.</summary>
    /// <param name="lesson">The lesson.</param>
    /// <param name="name">The name; null for the first.</param>
    /// <exception cref="Refusal">There is none.</exception>
    public (string Name, string Path) Find(Lesson lesson, string? name)
    {
        (string Name, string Path)[] there = [.. In(lesson, Places())];
        if (there.Length == 0)
            throw Refusal.Bad($"No network of the lesson '{lesson.Name}' is here yet: {lesson.How}", "model");
        int found = name is null ? 0 : Array.FindIndex(there, place => place.Name == name);
        return found >= 0 ? there[found] : throw Refusal.Bad(
            $"There is no model '{Refusal.Short(name!)}' for the lesson '{lesson.Name}'; there are {string.Join(", ", there.Select(place => place.Name).Distinct())}.", "model");
    }

    private IEnumerable<(string Name, string Path)> OfShelf() => shelf.Models.Select(model => (model.Name, model.Path));

    private IEnumerable<(string Name, string Path)> Places() =>
        OfShelf().Concat(options.Trained.Where(Directory.Exists).SelectMany(Below)).Concat(Below(folder.Runs).Select(run => (NameOfRun(run.Name), run.Path)));

    private static IEnumerable<(string Name, string Path)> Below(string trained) => Directory.EnumerateDirectories(trained, "*", s_readable).Order(StringComparer.Ordinal)
        .SelectMany(path => (string[])[path, Path.Combine(path, Exported)], (path, place) => (Path.GetFileName(path), place)).Where(place => Directory.Exists(place.place));

    // A run is called after its recipe, and told from others of it by the end of its id.
    private string NameOfRun(string id) => jobs.Find(id) is Job job && JsonBody.Text(job.Settings, "recipe") is string recipe ? $"{recipe} {id[^6..]}" : id;

    private static IEnumerable<(string Name, string Path)> In(Lesson lesson, IEnumerable<(string Name, string Path)> places) => places.Where(place => Has(lesson, place.Path));

    // What is damaged has nothing.
    private static bool Has(Lesson lesson, string path)
    {
        try
        {
            return lesson.IsIn(path);
        }
        catch (PareidoliaException)
        {
            return false;
        }
    }
}

/// <summary>A lesson.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Models">The models that have its network; none where it is still to be trained.</param>
/// <param name="How">The command that trains one.</param>
internal sealed record LessonView(string Name, IReadOnlyList<string> Models, string How);
