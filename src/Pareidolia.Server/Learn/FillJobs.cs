using System.Text.Json;
using Pareidolia.Pipelines;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Learn;

/// <summary>Jobs of kind <c>fill</c>: <c>{"kind": "fill", "text": "the [MASK] ran away"}</c>. A masked-word model says what may stand where words are hidden.</summary>
internal sealed class FillJobs(LessonShelf lessons)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "fill";

    private const int LongestText = 2000;
    private const int UsualCount = 8;
    private const int MostCount = 100;

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable()) { Complete = Complete });

    private JsonElement Complete(JsonElement settings)
    {
        FillOrder order = JsonBody.As(settings, ServerJson.Default.FillOrder);
        string text = Checking.Text(order.Text, "text", LongestText);
        if (!text.Contains(WordGuesser.Hidden, StringComparison.Ordinal))
            throw Refusal.Bad($"The text has no {WordGuesser.Hidden}, where a word is to be guessed.", "text");
        return JsonSerializer.SerializeToElement(
            new FillOrder(lessons.Find(Lesson.Words, order.Model).Name, text, Checking.Whole(order.Count, "count", 1, UsualCount, MostCount)), ServerJson.Default.FillOrder);
    }

    private IEnumerable<JobStep> Run(Job job)
    {
        FillOrder order = JsonBody.As(job.Settings, ServerJson.Default.FillOrder);
        using WordGuesser guesser = WordGuesser.Load(lessons.Find(Lesson.Words, order.Model).Path);
        IReadOnlyList<IReadOnlyList<WordGuess>> places = guesser.Fill(order.Text!, order.Count!.Value);
        FillReport report = new([.. places.Select(place => (IReadOnlyList<GuessView>)[.. place.Select(guess => new GuessView(guess.Word, guess.Probability))])]);
        yield return new StepTaken(1, 1);
        yield return new ResultKnown(JsonSerializer.SerializeToElement(report, ServerJson.Default.FillReport));
    }
}

/// <summary>A text with <c>[MASK]</c> where words are hidden.</summary>
internal sealed record FillOrder(string? Model, string? Text, int? Count);

/// <summary>A word, and how likely it stands there, 0 to 1.</summary>
internal sealed record GuessView(string Word, double Probability);

/// <summary>For each hidden word the likeliest, the likeliest first.</summary>
internal sealed record FillReport(IReadOnlyList<IReadOnlyList<GuessView>> Places);
