using System.Text.Json;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Tests.Jobs;

/// <summary>How far jobs are whose pictures are drawn several at once.</summary>
public sealed class ProgressTests
{
    [Theory]
    [InlineData(4, 0, 4, 6)] // all at once: the other six steps of ten
    [InlineData(8, 0, 4, 16)] // and one more batch
    [InlineData(10, 0, 4, 21)] // and one of half as many
    [InlineData(10, 8, 2, 6)]
    [InlineData(3, 0, 1, 26)]
    public void What_remains_are_the_batches_that_are_left(int images, int image, int together, int steps)
    {
        StepClock clock = new();
        StepTaken Taken(int step) => new(step, 10, image, images) { Together = together };
        _ = clock.Remaining(Taken(1));
        Thread.Sleep(2);
        double two = clock.Remaining(Taken(2))!.Value;
        // What was read again changes no speed.
        double four = clock.Remaining(Taken(4) with { Replayed = true })!.Value;
        Assert.Equal((double)steps / (steps + 2), four / two, 9);
    }

    [Fact]
    public async Task The_web_uis_clients_hear_of_batches()
    {
        CountingJobs counting = new();
        await using TestStudio studio = await TestStudio.Start(kinds: counting.AddTo);
        string id = (await studio.Post("/api/v1/jobs", new { kind = "count", steps = 10, images = 8, together = 4 }, 202)).GetProperty("id").GetString()!;
        counting.Let(5);
        while (studio.Part<JobQueue>().Running?.Progress?.Step != 5)
            await Task.Delay(10);
        Assert.Equal(4, (await studio.Get($"/api/v1/jobs/{id}")).GetProperty("progress").GetProperty("together").GetInt32());
        JsonElement progress = await studio.Get("/sdapi/v1/progress"), state = progress.GetProperty("state");
        Assert.Equal((0.25, 0, 2, 5), (progress.GetProperty("progress").GetDouble(), Number(state, "job_no"), Number(state, "job_count"), Number(state, "sampling_step")));
        counting.Let(5);
        _ = await studio.Wait(id, "done");
    }

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();
}
