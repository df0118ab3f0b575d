using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Learn;

/// <summary>Jobs of kind <c>complete</c>: <c>{"kind": "complete", "text": "Once upon a time"}</c>. A next-word model writes a text on; each piece is an event.</summary>
internal sealed class CompleteJobs(LessonShelf lessons)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "complete";

    private const int LongestText = 10_000;
    private const int UsualTokens = 60;
    private const int MostTokens = 1000;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable()) { Complete = Complete });

    private JsonElement Complete(JsonElement settings)
    {
        CompleteOrder order = JsonBody.As(settings, ServerJson.Default.CompleteOrder);
        CompleteOrder whole = order with
        {
            Model = lessons.Find(Lesson.Text, order.Model).Name,
            Text = Checking.Text(order.Text, "text", LongestText),
            Tokens = Checking.Whole(order.Tokens, "tokens", 1, UsualTokens, MostTokens),
            Seed = Checking.Seed(order.Seed),
        };
        SettingsOf(whole).Check();
        return JsonSerializer.SerializeToElement(whole, ServerJson.Default.CompleteOrder);
    }

    private IEnumerable<JobStep> Run(Job job)
    {
        CompleteOrder order = JsonBody.As(job.Settings, ServerJson.Default.CompleteOrder);
        using TextCompletion completion = TextCompletion.Load(lessons.Find(Lesson.Text, order.Model).Path);
        StringBuilder written = new();
        int pieces = 0;
        foreach (string piece in completion.Complete(order.Text!, SettingsOf(order)))
        {
            _ = written.Append(piece);
            yield return new StepTaken(++pieces, order.Tokens!.Value);
            yield return new Told("text", JsonSerializer.SerializeToElement(new WrittenView(piece), ServerJson.Default.WrittenView));
        }
        yield return new ResultKnown(JsonSerializer.SerializeToElement(new WrittenView(written.ToString()), ServerJson.Default.WrittenView));
    }

    private static TextCompletionSettings SettingsOf(CompleteOrder order)
    {
        TextCompletionSettings usual = new();
        TokenSampling sampling = usual.Sampling with { Temperature = order.Temperature ?? usual.Sampling.Temperature, TopP = order.TopP ?? usual.Sampling.TopP };
        return usual with { Tokens = order.Tokens ?? usual.Tokens, Seed = order.Seed ?? 0, Sampling = sampling };
    }
}

/// <summary>What is written on.</summary>
/// <param name="Model">The model; null for the first.</param>
/// <param name="Text">How it begins.</param>
/// <param name="Tokens">Tokens to write at most.</param>
/// <param name="Temperature">Below 1 the likely becomes likelier.</param>
/// <param name="TopP">Only the likeliest tokens that together have this probability.</param>
/// <param name="Seed">The same seed writes the same.</param>
internal sealed record CompleteOrder(
    string? Model, string? Text, int? Tokens, double? Temperature, double? TopP, [property: JsonConverter(typeof(SeedConverter))] ulong? Seed);

/// <summary>What was written: a piece of it in an event, all of it in the result.</summary>
internal sealed record WrittenView(string Text);
