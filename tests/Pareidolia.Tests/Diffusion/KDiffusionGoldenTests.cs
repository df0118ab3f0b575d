using System.Text.Json;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Diffusion;

/// <summary>Samplers against k-diffusion's on a denoiser given by a formula: every call of it, every sample, every estimate.</summary>
public sealed class KDiffusionGoldenTests
{
    public static TheoryData<string> Cases => GoldenCase.NamesOfKind("kdiff_sampler");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Trajectory(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        List<float> calls = [], callSigmas = [], before = [], after = [], denoised = [];
        Tensor Formula(Tensor x, NoiseLevel level)
        {
            calls.AddRange(x.ChannelsFirst());
            callSigmas.Add((float)level.Sigma);
            return FakeDenoiser(golden, x, level.Sigma);
        }

        double[] sigmas = Sigmas(golden, out double start);
        Tensor sample = golden.Picture("noise0").Scale((float)start);
        IEnumerable<DenoiseStep>? steps = Run(golden, Formula, sample, [.. sigmas.Select(sigma => NoiseLevel.Exploding(sigma))]);
        if (steps is null)
            Assert.Skip($"{name}: the sampler {golden.Description.GetProperty("function").GetString()} is not implemented.");
        int asked = 0, sampleLength = (int)sample.Count;
        foreach (DenoiseStep step in steps)
        {
            // What the step began with is what it first asked about: churn's noise is in it.
            before.AddRange(calls[(asked * sampleLength)..((asked + 1) * sampleLength)]);
            asked = callSigmas.Count;
            sample = step.Take();
            after.AddRange(sample.ChannelsFirst());
            denoised.AddRange(step.Denoised.ChannelsFirst());
        }
        golden.Check("model_call_x", [.. calls]);
        golden.Check("model_call_sigma", [.. callSigmas]);
        // The sampler with step size control reports x after each try, the others before.
        golden.Check("callback_x", name == "kdiff-dpm-adaptive" ? [.. after] : [.. before]);
        golden.Check("callback_denoised", [.. denoised]);
        golden.Check("final_sample", sample.ChannelsFirst());
    }

    private static Tensor FakeDenoiser(GoldenCase golden, Tensor x, double sigma)
    {
        (double linear, double wave) = golden.Description.GetProperty("fake_denoiser").GetString() == "A" ? (1, 0.05) : (0.9, 0.3);
        return x.Scale((float)(linear / (1 + sigma * sigma))) + x.Sin().Scale((float)(wave * sigma / (1 + sigma)));
    }

    private static double[] Sigmas(GoldenCase golden, out double start)
    {
        JsonElement schedule = golden.Description.GetProperty("schedule");
        double min = schedule.GetProperty("sigma_min").GetDouble(), max = schedule.GetProperty("sigma_max").GetDouble();
        start = max;
        if (schedule.GetProperty("type").GetString() == "own")
            return [max, min];
        double[] sigmas = SigmaSchedules.Karras(schedule.GetProperty("n").GetInt32(), min, max, schedule.GetProperty("rho").GetDouble());
        golden.Check("sigmas", [.. sigmas.Select(sigma => (float)sigma)]);
        return sigmas;
    }

    private static IEnumerable<DenoiseStep>? Run(GoldenCase golden, Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels)
    {
        int drawn = 0;
        Tensor Noise(NoiseLevel from, NoiseLevel to) => golden.Inputs["step_noise"].Entry(drawn++);
        Tensor NoiseOfStep(NoiseLevel from, NoiseLevel to) =>
            golden.Inputs["step_noise"].Entry(levels.TakeWhile(level => level.Sigma > to.Sigma).Count() - 1);
        JsonConfig arguments = JsonConfig.Parse(golden.Description.GetProperty("args").GetRawText(), "args");
        Churn churn = GoldenChurn.Read(arguments);
        DpmSettings sde = new(2, Eta: 1, HeunWeights: arguments.Text("solver_type", "midpoint") == "heun");
        return golden.Description.GetProperty("function").GetString() switch
        {
            "sample_euler" => Euler.Plain(denoise, x, levels, NoiseOfStep, churn),
            "sample_euler_ancestral" => Euler.Ancestral(denoise, x, levels, Noise),
            "sample_heun" => Heun.Plain(denoise, x, levels, NoiseOfStep, churn),
            "sample_dpm_2" => Heun.Midpoint(denoise, x, levels, NoiseOfStep, churn),
            "sample_dpm_2_ancestral" => Heun.AncestralMidpoint(denoise, x, levels, Noise),
            "sample_lms" => Lms.Plain(denoise, x, levels),
            "sample_dpm_fast" => DpmAdaptive.Fast(denoise, x, (levels[0].Sigma, levels[1].Sigma), estimates: 6),
            "sample_dpm_adaptive" => DpmAdaptive.Controlled(denoise, x, (levels[0].Sigma, levels[1].Sigma)),
            "sample_dpmpp_2s_ancestral" => DpmAncestral.TwoStage(denoise, x, levels, Noise),
            "sample_dpmpp_sde" => DpmAncestral.Sde(denoise, x, levels, Noise),
            "sample_dpmpp_2m" => DpmMultistep.Plain(denoise, x, levels, new DpmSettings(2)),
            "sample_dpmpp_2m_sde" => DpmMultistep.Plain(denoise, x, levels, sde, Noise),
            "sample_dpmpp_3m_sde" => DpmMultistep.Plain(denoise, x, levels, new DpmSettings(3, Eta: 1, HeunWeights: true), Noise),
            _ => null,
        };
    }
}
