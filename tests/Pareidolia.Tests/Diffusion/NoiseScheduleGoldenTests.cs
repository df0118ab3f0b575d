using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Diffusion;

public sealed class NoiseScheduleGoldenTests
{
    private const double Min = 0.0292, Max = 14.6146;

    public static TheoryData<string> Cases => GoldenCase.NamesOfKind("kdiff_schedules");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Schedules_of_n_steps(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        foreach (int n in golden.Inputs["n"].ToInt64().Select(n => (int)n))
        {
            Check(golden, $"karras.n{n}", SigmaSchedules.Karras(n, Min, Max));
            Check(golden, $"karras_rho5.n{n}", SigmaSchedules.Karras(n, 0.1, 10, 5));
            Check(golden, $"exponential.n{n}", SigmaSchedules.Exponential(n, Min, Max));
            Check(golden, $"polyexponential.n{n}", SigmaSchedules.PolyExponential(n, Min, Max, 1.5));
            Check(golden, $"vp.n{n}", SigmaSchedules.VariancePreserving(n));
            Check(golden, $"sd_default_sigmas.n{n}", TrainedSigmas.Normal(NoiseSchedule.StableDiffusion(), n));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sigmas_and_timesteps_of_the_training_schedule(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        NoiseSchedule schedule = NoiseSchedule.StableDiffusion();
        float[] probes = golden.Outputs["sigma_probe"].ToSingle(), times = golden.Outputs["t_to_sigma.in"].ToSingle();
        Check(golden, "sd_log_sigmas", Array.ConvertAll(schedule.Sigmas.ToArray(), Math.Log));
        Check(golden, "t_to_sigma.out", [.. times.Select(t => schedule.LogInterpolatedSigmaAt(t))]);
        Check(golden, "sigma_to_t.quantize0", [.. probes.Select(sigma => schedule.TimestepOf(sigma))]);
        Assert.Equal(golden.Outputs["sigma_to_t.quantize1"].ToSingle(), probes.Select(sigma => (float)schedule.NearestTimestepOf(sigma)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ancestral_steps(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        float[] pairs = golden.Outputs["ancestral.in"].ToSingle();
        foreach ((string key, double eta) in new[] { ("ancestral.eta0.4.down_up", 0.4), ("ancestral.eta1.0.down_up", 1.0) })
        {
            IEnumerable<AncestralSplit> splits =
                Enumerable.Range(0, pairs.Length / 2).Select(i => AncestralSplit.Of(pairs[2 * i], pairs[2 * i + 1], eta));
            Check(golden, key, [.. splits.SelectMany(split => new[] { split.Down, split.Up })]);
        }
    }

    private static void Check(GoldenCase golden, string key, double[] actual) =>
        golden.Check(key, [.. actual.Select(value => (float)value)]);
}
