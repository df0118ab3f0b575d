using System.Text.Json;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Tests.Jobs;

/// <summary>Jobs through the HTTP API: their states, their order, what is refused.</summary>
public sealed class QueueTests
{
    private readonly CountingJobs _counting = new();

    [Fact]
    public async Task A_job_goes_from_queued_over_running_to_done()
    {
        await using TestStudio studio = await Start();
        string id = await Submit(studio, 2);
        _ = await studio.Wait(id, "running");
        _counting.Let(2);
        JsonElement job = await studio.Wait(id, "done");
        Assert.True(job.GetProperty("endedAt").GetDateTimeOffset() >= job.GetProperty("startedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Higher_priority_goes_first_and_a_job_can_be_put_in_front_of_another()
    {
        await using TestStudio studio = await Start();
        string running = await Submit(studio, 1);
        _ = await studio.Wait(running, "running");
        string first = await Submit(studio, 1), second = await Submit(studio, 1), third = await Submit(studio, 1), urgent = await Submit(studio, 1, priority: 5);
        _ = await studio.Json(HttpMethod.Patch, $"/api/v1/jobs/{third}", new { beforeJob = second });
        int[] positions = await Positions(studio, urgent, first, third, second);
        Assert.Equal([0, 1, 2, 3], positions);
        _counting.Let(5);
        _ = await studio.Wait(second, "done");
        Assert.Equal([running, urgent, first, third, second], _counting.Begun);
    }

    [Fact]
    public async Task A_paused_job_waits_until_it_is_resumed_and_a_cancelled_one_can_be_tried_again()
    {
        await using TestStudio studio = await Start();
        string id = await Submit(studio, 3);
        _ = await studio.Wait(id, "running");
        _ = await studio.Post($"/api/v1/jobs/{id}/pause", new { });
        _ = await studio.Wait(id, "paused");
        _ = await studio.Post($"/api/v1/jobs/{id}/resume", new { });
        _ = await studio.Wait(id, "running");
        _ = await studio.Post($"/api/v1/jobs/{id}/cancel", new { });
        _ = await studio.Wait(id, "cancelled");
        _ = await studio.Post($"/api/v1/jobs/{id}/pause", new { }, 409);
        _ = await studio.Post($"/api/v1/jobs/{id}/retry", new { });
        _counting.Let(3);
        _ = await studio.Wait(id, "done");
    }

    [Fact]
    public async Task A_failed_job_says_why_and_the_next_one_is_done()
    {
        await using TestStudio studio = await Start();
        JsonElement failing = await studio.Post("/api/v1/jobs", new { kind = "count", steps = 1, fail = true }, 202);
        string next = await Submit(studio, 1);
        _counting.Let(2);
        JsonElement job = await studio.Wait(failing.GetProperty("id").GetString()!, "failed");
        Assert.Equal("It was to fail.", job.GetProperty("error").GetString());
        _ = await studio.Wait(next, "done");
    }

    [Fact]
    public async Task A_repeated_request_makes_no_second_job_and_a_key_is_not_used_for_two_requests()
    {
        await using TestStudio studio = await Start();
        (string, string) key = ("Idempotency-Key", "my key");
        JsonElement first = await studio.Json(HttpMethod.Post, "/api/v1/jobs", new { kind = "count", steps = 1 }, 202, key);
        JsonElement again = await studio.Json(HttpMethod.Post, "/api/v1/jobs", new { kind = "count", steps = 1 }, 202, key);
        Assert.Equal(first.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        JsonElement other = await studio.Json(HttpMethod.Post, "/api/v1/jobs", new { kind = "count", steps = 2 }, 422, key);
        Assert.Contains("Idempotency-Key", other.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_queue_answers_429_with_a_sentence()
    {
        await using TestStudio studio = await Start(options => options with { MostQueued = 2 });
        string running = await Submit(studio, 1);
        _ = await studio.Wait(running, "running");
        _ = await Submit(studio, 1);
        _ = await Submit(studio, 1);
        JsonElement refused = await studio.Post("/api/v1/jobs", new { kind = "count", steps = 1 }, 429);
        Assert.Equal("2 jobs wait, which is as many as this server keeps: ask again when some are done.", refused.GetProperty("title").GetString());
    }

    [Fact]
    public async Task What_was_running_waits_again_after_a_restart()
    {
        using Pareidolia.Tests.TemporaryFolder folder = new();
        string id, waiting;
        await using (TestStudio studio = await TestStudio.Start(kinds: _counting.AddTo, folder: folder.Path))
        {
            id = await Submit(studio, 2);
            _ = await studio.Wait(id, "running");
            waiting = await Submit(studio, 1);
        }
        await using TestStudio restarted = await TestStudio.Start(kinds: _counting.AddTo, folder: folder.Path);
        _counting.Let(3);
        _ = await restarted.Wait(id, "done");
        _ = await restarted.Wait(waiting, "done");
        Assert.Equal([id, id, waiting], _counting.Begun);
    }

    [Fact]
    public void A_job_in_whose_midst_the_program_ends_again_and_again_fails_unless_it_goes_on()
    {
        using Pareidolia.Tests.TemporaryFolder folder = new();
        using Database database = new(folder["studio.db"]);
        JobStore store = new(database);
        Job job = store.Add(new Job(PictureId.NewJob(), "count", JsonElement.Parse("{}")) { CreatedAt = DateTimeOffset.UtcNow });
        Assert.Equal(JobState.Queued, EndAmidst(JobStore.MostUnfinishedStarts - 1).State);
        store.ForgetStarts(job.Id);
        Assert.Equal(JobState.Queued, EndAmidst(JobStore.MostUnfinishedStarts - 1).State);
        Job failed = EndAmidst(1);
        Assert.Equal(JobState.Failed, failed.State);
        Assert.Contains("100 times", failed.Error, StringComparison.Ordinal);
        Assert.NotNull(failed.EndedAt);

        Job EndAmidst(int times)
        {
            for (int i = 0; i < times; i++)
            {
                store.Update(store.Find(job.Id)! with { State = JobState.Running });
                store = new JobStore(database);
            }
            return store.Find(job.Id)!;
        }
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task A_step_is_progress_where_it_outlasts_the_program(bool beginsAnew, int counted)
    {
        await using TestStudio studio = await TestStudio.Start(kinds: kinds => _counting.AddTo(kinds, beginsAnew));
        string id = await Submit(studio, 2);
        _ = await studio.Wait(id, "running");
        _ = studio.Part<Database>().Execute("INSERT INTO unfinished_starts (job, starts) VALUES ($id, 4)", ("$id", id));
        _counting.Let(1);
        while ((await studio.Get($"/api/v1/jobs/{id}")).GetProperty("progress").ValueKind == JsonValueKind.Null)
            await Task.Delay(10);
        await Task.Delay(200);
        Assert.Equal(counted, studio.Part<Database>().Number("SELECT COUNT(*) FROM unfinished_starts"));
        _counting.Let(1);
        _ = await studio.Wait(id, "done");
        Assert.Equal(0, studio.Part<Database>().Number("SELECT COUNT(*) FROM unfinished_starts"));
    }

    [Fact]
    public async Task Watchers_hear_of_each_change()
    {
        await using TestStudio studio = await Start();
        string id = await Submit(studio, 2);
        _ = await studio.Wait(id, "running");
        Task<string> watched = studio.Client.GetStringAsync($"/api/v1/jobs/{id}/events");
        _counting.Let(1);
        await Task.Delay(100);
        _counting.Let(1);
        string[] names = [.. (await watched).Split('\n').Where(line => line.StartsWith("event: ", StringComparison.Ordinal)).Select(line => line[7..])];
        Assert.Equal(("job", "done"), (names[0], names[^1]));
        Assert.Contains("progress", names);
    }

    [Theory]
    [InlineData("{}", "The job has no 'kind'; \"generate\" draws pictures.")]
    [InlineData("""{"kind": "nothing"}""", "There are no jobs of kind 'nothing'; there are ")]
    [InlineData("[1]", "The body is JSON of kind Array; an object is needed.")]
    [InlineData("{", "The body is no JSON: ")]
    public async Task A_request_that_makes_no_sense_is_answered_with_a_sentence(string body, string sentence)
    {
        await using TestStudio studio = await Start();
        JsonElement problem = await studio.Post("/api/v1/jobs", body, 400);
        Assert.StartsWith(sentence, problem.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    private Task<TestStudio> Start(Func<StudioOptions, StudioOptions>? change = null) => TestStudio.Start(change, _counting.AddTo);

    private static async Task<string> Submit(TestStudio studio, int steps, int priority = 0) =>
        (await studio.Post("/api/v1/jobs", new { kind = "count", steps, priority }, 202)).GetProperty("id").GetString()!;

    private static async Task<int[]> Positions(TestStudio studio, params string[] ids)
    {
        List<int> positions = [];
        foreach (string id in ids)
            positions.Add((await studio.Get($"/api/v1/jobs/{id}")).GetProperty("position").GetInt32());
        return [.. positions];
    }
}
