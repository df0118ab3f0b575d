using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Catalog;
using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Diffusion;

/// <summary>Every sampler along sigmas has the order and the cost that the catalog says, on the diffusion ODE of a Gaussian.</summary>
public sealed class CatalogOrderTests
{
    private static readonly GaussianWorld s_world = new(0.5);

    // Not solvers of that ODE, even without their noise, or with steps of their own.
    private static readonly string[] s_others = ["lcm", "ddpm", "er_sde", "restart", "dpm_adaptive", "uni_pc", "uni_pc_bh2", "dpmpp_2s_ancestral_cfg_pp"];

    public static TheoryData<string> Names =>
        [.. KnownSamplers.All.Where(entry => entry.AlongSigmas is not null && !entry.NoiseOnDevice && !s_others.Contains(entry.Named.Name))
            .Select(entry => entry.Named.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Twice_the_steps_have_two_to_the_order_less_error(string name)
    {
        CatalogEntry entry = SamplerCatalog.EntryOf(SamplerCatalog.Find(name));
        // Few enough that single precision does not show.
        int steps = entry.Named switch { { Order: < 2 } => 48, { Order: 2 } => 24, { Evaluations: 3 } => 12, _ => 16 };
        double observed = Math.Log2(Error(entry, steps) / Error(entry, 2 * steps));
        TestContext.Current.SendDiagnosticMessage($"{name}: {observed:f2}");
        Assert.InRange(observed, entry.Named.Order - 0.35, entry.Named.Order + 0.6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_asks_the_network_as_often_as_the_catalog_says(string name)
    {
        CatalogEntry entry = SamplerCatalog.EntryOf(SamplerCatalog.Find(name));
        int asked = 0;
        int steps = Run(entry, 6, _ => asked++).Count();
        Assert.Equal(name == "dpm_fast" ? 6 : entry.Named.Evaluations * 6, asked + (name == "heunpp2" ? 3 : 0) + (name == "sa_solver_pece" ? 1 : 0));
        Assert.InRange(steps, 1, 6);
    }

    private static double Error(CatalogEntry entry, int steps)
    {
        using Scope scope = new();
        double exact = s_world.Solution(NoiseLevel.Exploding(10), NoiseLevel.Exploding(0.1));
        return Math.Abs(Run(entry, steps, _ => { }).Finish().ToArray()[0] / exact - 1);
    }

    private static IEnumerable<DenoiseStep> Run(CatalogEntry entry, int steps, Action<NoiseLevel> asked)
    {
        Tensor Denoise(Tensor x, NoiseLevel level)
        {
            asked(level);
            return s_world.Denoise(x, level);
        }

        NoiseLevel[] levels = [.. SigmaSchedules.Exponential(steps + 1, 0.1, 10)[..(steps + 1)].Select(sigma => NoiseLevel.Exploding(sigma))];
        Tensor x = Tensor.Full([1, 1, 1, 4], 1);
        return entry.AlongSigmas!(new SigmaRun(Denoise, Both, x, levels, (_, _) => Tensor.Zeros([1, 1, 1, 4]),
            new SamplerOptions { Eta = 0 }, NoiseSchedule.StableDiffusion()));

        (Tensor, Tensor) Both(Tensor sample, NoiseLevel level)
        {
            Tensor denoised = Denoise(sample, level);
            return (denoised, denoised);
        }
    }
}
