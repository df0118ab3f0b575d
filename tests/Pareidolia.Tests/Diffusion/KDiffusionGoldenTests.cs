using System.Text.Json;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Catalog;
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

    // Through the catalog, by ComfyUI's name, which is that of the function.
    private static IEnumerable<DenoiseStep>? Run(GoldenCase golden, Denoise denoise, Tensor x, IReadOnlyList<NoiseLevel> levels)
    {
        int drawn = 0;
        Tensor Noise(NoiseLevel from, NoiseLevel to) => golden.Inputs["step_noise"].Entry(drawn++);
        Tensor NoiseOfStep(NoiseLevel from, NoiseLevel to) =>
            golden.Inputs["step_noise"].Entry(levels.TakeWhile(level => level.Sigma > to.Sigma).Count() - 1);
        JsonConfig arguments = JsonConfig.Parse(golden.Description.GetProperty("args").GetRawText(), "args");
        string name = golden.Description.GetProperty("function").GetString()!["sample_".Length..];
        if (arguments.Text("solver_type", "midpoint") == "heun")
            name += "_heun";
        if (SamplerCatalog.TryFind(name) is not NamedSampler sampler || SamplerCatalog.EntryOf(sampler).AlongSigmas is not { } run)
            return null;
        if (name == "dpm_fast")
            levels = [.. Enumerable.Range(0, golden.Description.GetProperty("n").GetInt32()).Select(_ => levels[0]), levels[^1]];
        SamplerOptions options = new()
        {
            Eta = arguments.Has("eta") ? arguments.Double("eta", 1) : null,
            NoiseScale = arguments.Double("s_noise", 1),
            Churn = GoldenChurn.Read(arguments),
            LmsOrder = arguments.Int("order", 4),
        };
        // Of samplers with churn, every step has its own noise, drawn or not.
        bool churned = name is "euler" or "heun" or "dpm_2";
        return run(new SigmaRun(denoise, (sample, level) => (denoise(sample, level), denoise(sample, level)), x, levels,
            churned ? NoiseOfStep : Noise, options, NoiseSchedule.StableDiffusion()));
    }
}
