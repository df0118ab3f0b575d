using Pareidolia.Diffusion;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Diffusion;

public sealed class NoiseScheduleTests
{
    [Fact]
    public void The_cosine_schedule_has_no_empty_betas()
    {
        float[] betas = BetaSchedule.SquaredCosine(1000);
        Assert.All(betas, beta => Assert.InRange(beta, 1e-6f, 0.999f));
        Assert.Equal(0.999f, betas[^1]);
    }

    [Fact]
    public void Zero_terminal_snr_keeps_the_first_level_and_empties_the_last()
    {
        float[] betas = BetaSchedule.ScaledLinear(1000, 0.00085, 0.012);
        NoiseSchedule plain = new(betas), rescaled = new(BetaSchedule.WithZeroTerminalSnr(betas));
        Assert.Equal(plain.AlphasCumprod[0], rescaled.AlphasCumprod[0], 1e-6f);
        Assert.Equal(0, rescaled.AlphasCumprod[^1]);
        Assert.Equal(4096, rescaled.WithFiniteSigmas().Sigmas[^1], 1);
    }

    [Fact]
    public void Stable_diffusion_has_the_published_range()
    {
        NoiseSchedule schedule = NoiseSchedule.StableDiffusion();
        Assert.Equal(0.0291675, schedule.Sigmas[0], 1e-6);
        Assert.Equal(14.614642, schedule.Sigmas[^1], 1e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(500.5)]
    [InlineData(999)]
    public void Timesteps_and_sigmas_are_inverse(double timestep)
    {
        NoiseSchedule schedule = NoiseSchedule.StableDiffusion();
        Assert.Equal(timestep, schedule.TimestepOf(schedule.LogInterpolatedSigmaAt(timestep)), 1e-6);
    }

    [Fact]
    public void A_timestep_for_each_item_of_a_batch_is_required()
    {
        using Scope scope = new();
        Tensor x = Tensor.Zeros([2, 1, 1, 1]);
        NoiseSchedule schedule = NoiseSchedule.StableDiffusion();
        string message = Assert.Throws<PareidoliaException>(() => schedule.AddNoise(x, x, [1, 2, 3])).Message;
        Assert.Equal("3 timesteps were given for a batch of 2.", message);
        message = Assert.Throws<PareidoliaException>(() => schedule.AddNoise(x, x, [1, 1000])).Message;
        Assert.Equal("Timestep 1000 is outside the noise schedule's 0 to 999.", message);
    }

    [Fact]
    public void Schedules_fall_to_zero()
    {
        NoiseSchedule trained = NoiseSchedule.StableDiffusion();
        double[][] schedules =
        [
            SigmaSchedules.Karras(9, 0.03, 15), SigmaSchedules.Beta(9, 0.03, 15), SigmaSchedules.KlOptimal(9, 0.03, 15),
            SigmaSchedules.LinearQuadratic(9, 15), SigmaSchedules.AlignYourSteps(9, sdxl: true), TrainedSigmas.Simple(trained, 9),
            TrainedSigmas.Beta(trained, 9), TrainedSigmas.SgmUniform(trained, 9),
        ];
        Assert.All(schedules, sigmas =>
        {
            Assert.Equal(10, sigmas.Length);
            Assert.Equal(0, sigmas[^1]);
            Assert.All(sigmas.Zip(sigmas.Skip(1)), pair => Assert.True(pair.First > pair.Second));
        });
    }

    [Fact]
    public void Ten_aligned_steps_are_the_anchors() =>
        Assert.Equal([14.615, 6.475, 3.861], SigmaSchedules.AlignYourSteps(10, sdxl: false)[..3].Select(sigma => Math.Round(sigma, 6)));

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.93)]
    public void Quantiles_of_beta_distributions_that_have_a_formula(double p)
    {
        double arcsine = Math.Sin(Math.PI * p / 2);
        Assert.Equal(arcsine * arcsine, BetaDistribution.Quantile(p, 0.5, 0.5), 1e-6);
        Assert.Equal(p, BetaDistribution.Quantile(p, 1, 1), 1e-9);
        Assert.Equal(1 - BetaDistribution.Quantile(1 - p, 0.6, 0.6), BetaDistribution.Quantile(p, 0.6, 0.6), 1e-9);
    }
}
