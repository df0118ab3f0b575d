using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Diffusion;

/// <summary>Twice the steps, 2^order times less error: on the diffusion ODE of a Gaussian, whose solution is known.</summary>
public sealed class ConvergenceTests
{
    private static readonly GaussianWorld World = new(0.5);

    // Sampler, order, and the coordinates it is made for.
    public static TheoryData<string, double> Samplers => new()
    {
        { "euler", 1 }, { "euler in flow", 1 }, { "ddim", 1 }, { "heun", 2 }, { "heun in flow", 2 }, { "dpm2", 2 }, { "lms2", 2 },
        { "dpm++1", 1 },
        { "dpm++2m", 2 }, { "dpm++2m heun", 2 }, { "dpm-solver 2m", 2 }, { "deis2", 2 }, { "unipc1", 2 }, { "unipc2", 3 }, { "dpm++2s", 2 },
        { "2s a", 2 },
    };

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Error_falls_with_the_order(string sampler, double order)
    {
        int steps = order < 2 ? 32 : 16;
        double observed = Math.Log2(Error(sampler, steps) / Error(sampler, 2 * steps));
        Assert.InRange(observed, order - 0.35, order + 0.6);
    }

    [Fact]
    public void Adaptive_steps_follow_the_tolerance()
    {
        double loose = AdaptiveError(0.05), tight = AdaptiveError(0.00005);
        Assert.InRange(tight, 0, Math.Min(loose / 10, 0.001));
    }

    private static double AdaptiveError(double tolerance)
    {
        using Scope scope = new();
        NoiseLevel from = NoiseLevel.Exploding(10), to = NoiseLevel.Exploding(0.05);
        Tensor x = Tensor.Full([1, 1, 1, 4], 8);
        Tensor end = DpmAdaptive.Controlled(
            World.Denoise, x, (from.Sigma, to.Sigma), relative: tolerance, absolute: tolerance / 5).Finish();
        return Math.Abs(end.ToArray()[0] / (8 * World.Solution(from, to)) - 1);
    }

    private static double Error(string sampler, int steps)
    {
        using Scope scope = new();
        // Even steps in lambda; the Runge-Kutta methods in sigma are compared on them too.
        double[] sigmas = SigmaSchedules.Exponential(steps + 1, 0.1, 10)[..(steps + 1)];
        NoiseLevel[] exploding = Array.ConvertAll(sigmas, sigma => NoiseLevel.Exploding(sigma));
        NoiseLevel[] preserving = Array.ConvertAll(sigmas, sigma => NoiseLevel.Preserving(sigma));
        NoiseLevel[] flow = [.. Enumerable.Range(0, steps + 1).Select(i => NoiseLevel.Flow(0.95 - 0.9 * i / steps, 0))];
        bool inLambda = sampler is "ddim" or "deis2" or "unipc1" or "unipc2";
        NoiseLevel[] levels = sampler.EndsWith("flow", StringComparison.Ordinal) ? flow : inLambda ? preserving : exploding;
        Tensor x = Tensor.Full([1, 1, 1, 4], 1);
        float end = Run(sampler, x, levels).Finish().ToArray()[0];
        return Math.Abs(end - World.Solution(levels[0], levels[^1])) / World.Solution(levels[0], levels[^1]);
    }

    private static IEnumerable<DenoiseStep> Run(string sampler, Tensor x, NoiseLevel[] levels) => sampler switch
    {
        "euler" or "euler in flow" => Euler.Plain(World.Denoise, x, levels),
        "ddim" => Ddim.Plain(Estimate, x, SamplingPlan.Chain(levels)),
        "heun" or "heun in flow" => Heun.Plain(World.Denoise, x, levels),
        "dpm2" => Heun.Midpoint(World.Denoise, x, levels),
        "lms2" => Lms.Plain(World.Denoise, x, levels, order: 2),
        "dpm++1" => DpmMultistep.Plain(World.Denoise, x, levels, new DpmSettings(1)),
        "dpm++2m" => DpmMultistep.Plain(World.Denoise, x, levels, new DpmSettings(2)),
        "dpm++2m heun" => DpmMultistep.Plain(World.Denoise, x, levels, new DpmSettings(2, HeunWeights: true)),
        "dpm-solver 2m" => DpmMultistep.Plain(World.Denoise, x, levels, new DpmSettings(2, PredictNoise: true)),
        "deis2" => Deis.Plain(World.Denoise, x, levels, new DpmSettings(2)),
        "unipc1" => UniPc.Plain(World.Denoise, x, levels, new UniPcSettings(1)),
        "unipc2" => UniPc.Plain(World.Denoise, x, levels, new UniPcSettings(2, LowerOrderFinal: false)),
        "dpm++2s" => DpmSinglestep.Plain(
            World.Denoise, x, levels, new DpmSettings(2),
            DpmSinglestep.Orders(levels.Length - 1, 2, lowerOrderFinal: false, endsClean: false)),
        _ => DpmAncestral.TwoStage(World.Denoise, x, levels, null!, eta: 0),
    };

    private static Estimate Estimate(Tensor x, NoiseLevel level)
    {
        Tensor denoised = World.Denoise(x, level);
        return new Estimate(denoised, DpmMultistep.NoiseOf(x, denoised, level), null);
    }
}
