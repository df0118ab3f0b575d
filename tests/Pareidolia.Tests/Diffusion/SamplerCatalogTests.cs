using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Diffusion;

public sealed class SamplerCatalogTests
{
    private static readonly JsonConfig Config = JsonConfig.Parse(
        """
        {"_class_name": "PNDMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false,
         "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "num_train_timesteps": 1000}
        """,
        "scheduler_config.json");

    public static TheoryData<string> Names => [.. SamplerCatalog.Samplers.Select(sampler => sampler.Name)];

    public static TheoryData<string> Schedules => [.. SamplerCatalog.Schedules];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_sampler_draws_from_the_distribution_of_the_pictures(string name)
    {
        // Distilled networks answer other questions than this world's does: their samplers only have to run. The others are exact but for
        // the errors of 30 steps, which are largest in the first-order ones.
        bool distilled = name is "lcm" or "tcd";
        double deviation = Deviation(name, null, distilled ? 4 : 30);
        Assert.InRange(deviation, distilled ? 0.01 : 0.42, 0.55);
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Every_schedule_serves_a_sampler(string schedule)
    {
        // The linear-quadratic one is made for flows: with this noise its last step is far too long, and it only has to run.
        Assert.InRange(Deviation("dpmpp_2m", schedule, 30), schedule == "linear_quadratic" ? 0.1 : 0.45, 0.55);
    }

    [Theory]
    [InlineData("DPM++ 2M", "dpmpp_2m")]
    [InlineData("Euler a", "euler_ancestral")]
    [InlineData("DPM2", "dpm_2")]
    [InlineData("uni-pc", "uni_pc")]
    public void Names_and_labels_are_found(string asked, string found) => Assert.Equal(found, SamplerCatalog.Find(asked).Name);

    [Fact]
    public void An_unknown_name_lists_the_known()
    {
        string message = Assert.Throws<PareidoliaException>(() => SamplerCatalog.Find("eulr")).Message;
        Assert.StartsWith("The sampler \"eulr\" is not known; there are euler, euler_ancestral, ", message, StringComparison.Ordinal);
        message = Assert.Throws<PareidoliaException>(() => SamplerCatalog.Plan(Config, "euler", "karas", 5)).Message;
        Assert.Contains("karras", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("euler", 0)]
    [InlineData("ddim", 0)]
    [InlineData("ddim", 1001)]
    [InlineData("lcm", 51)]
    public void Steps_that_do_not_fit_are_refused(string name, int steps)
    {
        string message = Assert.Throws<PareidoliaException>(() => SamplerCatalog.Plan(Config, name, null, steps)).Message;
        Assert.StartsWith($"{steps} steps ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_class_lists_the_known()
    {
        JsonConfig config = JsonConfig.Parse("""{"_class_name": "XScheduler"}""", "s.json");
        Assert.False(Scheduler.Knows(config));
        string message = Assert.Throws<PareidoliaException>(() => Scheduler.Load(config)).Message;
        Assert.StartsWith("'s.json' wants the scheduler XScheduler; known are DDPMScheduler, ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, 10)]
    [InlineData(0.65, 6)]
    [InlineData(0.01, 1)]
    public void A_part_of_a_run_is_its_last_steps(double strength, int steps)
    {
        SamplingPlan whole = SamplerCatalog.Plan(Config, "ddim", null, 10), part = whole.Part(strength);
        Assert.Equal(steps, part.Steps);
        Assert.Equal(whole.Levels.TakeLast(steps + 1), part.Levels);
        Assert.Throws<PareidoliaException>(() => whole.Part(double.NaN));
    }

    private static double Deviation(string name, string? schedule, int steps)
    {
        using Scope scope = new();
        SamplingPlan plan = SamplerCatalog.Plan(Config, name, schedule, steps, new SamplerOptions());
        LatentNoise noise = Noise(48);
        float[] end = plan.Run(World(plan).Network, plan.Start(noise.Draw()), noise.ForSteps()).Finish().ToArray();
        return Math.Sqrt(end.Average(value => (double)value * value));
    }

    private static GaussianWorld World(SamplingPlan plan) => new(0.5, plan.Schedule);

    private static LatentNoise Noise(int size) => new([new TorchCpuGenerator(1)], [1, size, size, 4]);
}
