using System.Runtime.CompilerServices;
using System.Text.Json;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Tests.Jobs;

/// <summary>Jobs of kind "count", which take as many steps as they are asked for, each when the test lets them, as of "together" of "images" pictures.</summary>
internal sealed class CountingJobs
{
    private readonly SemaphoreSlim _steps = new(0);

    public List<string> Begun { get; } = [];

    public void Let(int steps) => _steps.Release(steps);

    public void AddTo(JobKinds kinds) => AddTo(kinds, beginsAnew: false);

    public void AddTo(JobKinds kinds, bool beginsAnew) => kinds.Add("count", new JobKind(Run) { Complete = settings => settings, BeginsAnew = beginsAnew });

    private static int Number(Job job, string name) => job.Settings.TryGetProperty(name, out JsonElement number) ? number.GetInt32() : 1;

    private async IAsyncEnumerable<JobStep> Run(Job job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Begun.Add(job.Id);
        int steps = job.Settings.GetProperty("steps").GetInt32();
        for (int i = 1; i <= steps; i++)
        {
            await _steps.WaitAsync(cancellation);
            if (job.Settings.TryGetProperty("fail", out _))
                throw new PareidoliaException("It was to fail.");
            yield return new StepTaken(i, steps, 0, Number(job, "images")) { Together = Number(job, "together") };
        }
    }
}
