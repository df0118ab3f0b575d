using Pareidolia.Training;
using Xunit;

namespace Pareidolia.Tests.Training;

public sealed class MetricsLogTests
{
    [Fact]
    public void The_last_measurement_of_a_finished_run_is_the_one_that_stays()
    {
        using TemporaryFolder folder = new();
        string path = folder["metrics.jsonl"];
        MetricsLog log = new(path, 0);
        log.Add(new Dictionary<string, double> { ["step"] = 10, ["loss"] = 0.5 });
        log.Conclude(new Dictionary<string, double> { ["step"] = 10, ["class_accuracy"] = 0.25 });

        MetricsLog again = new(path, 10);
        again.Conclude(new Dictionary<string, double> { ["step"] = 10, ["class_accuracy"] = 0.75 });

        Assert.Equal(["{\"step\": 10, \"loss\": 0.5}", "{\"step\": 10, \"class_accuracy\": 0.75}"], File.ReadAllLines(path));
    }
}
