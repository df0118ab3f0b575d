using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Catalog;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Diffusion;

/// <summary>
/// The samplers that k-diffusion itself does not have against ComfyUI's definitions of them (stable-diffusion.cpp's for 2M v2), worked out in double
/// precision with numpy: seven steps on Karras's sigmas from 12 to 0.03 with denoisers given by formulas and noise cos(k + i) in draw k.
/// </summary>
public sealed class CatalogDefinitionTests
{
    private static readonly double[] s_start = [12, -6, 3, 24];

    [Theory]
    [InlineData("heunpp2", 18, 0.8504202, -0.4416401, 0.2298599, 1.6513)]
    [InlineData("ipndm", 7, 1.061989, -0.5429312, 0.2838471, 2.064047)]
    [InlineData("ipndm_v", 7, 1.017619, -0.5222643, 0.2672836, 1.974179)]
    [InlineData("deis", 7, 0.9983044, -0.5116987, 0.2606542, 1.933624)]
    [InlineData("euler_cfg_pp", 7, 0.8227895, -0.3739915, 0.1603134, 1.735631)]
    [InlineData("euler_ancestral_cfg_pp", 7, -0.5830482, -0.4882659, 0.2112051, 0.82427)]
    [InlineData("dpmpp_2s_ancestral_cfg_pp", 13, -0.655052, -0.7653115, 0.09184111, 1.024322)]
    [InlineData("dpmpp_2m_cfg_pp", 7, 1.16109, -0.3908104, 0.07472417, 2.737159)]
    [InlineData("res_multistep", 7, 1.21189, -0.6214672, 0.3138273, 2.345663)]
    [InlineData("res_multistep_cfg_pp", 7, 1.154073, -0.5816711, 0.2427806, 2.122777)]
    [InlineData("res_multistep_ancestral", 7, -1.506247, -0.893918, 0.6857446, 1.772963)]
    [InlineData("res_multistep_ancestral_cfg_pp", 7, -1.308365, -0.8354395, 0.4760707, 1.529823)]
    [InlineData("gradient_estimation", 7, 1.135507, -0.5825831, 0.2974441, 2.199539)]
    [InlineData("gradient_estimation_cfg_pp", 7, 1.101451, -0.5393026, 0.2471119, 2.139666)]
    [InlineData("er_sde", 7, 0.3662112, -1.004499, -0.260603, 1.545817)]
    [InlineData("seeds_2", 13, 0.2597516, -0.003242061, -0.1139244, -0.009813967)]
    [InlineData("exp_heun_2_x0", 13, 0.9567965, -0.4942056, 0.2555143, 1.856863)]
    [InlineData("exp_heun_2_x0_sde", 13, 0.208691, 0.05732507, 0.005791921, 0.05792722)]
    [InlineData("seeds_3", 19, -0.04334413, -0.112811, 0.08604545, 0.3102095)]
    [InlineData("sa_solver", 7, 0.0489086, -1.501613, -1.311206, 0.4085179)]
    [InlineData("sa_solver_pece", 13, 0.1198605, -1.315419, -1.115092, 0.4420511)]
    [InlineData("ddpm", 7, -0.5865716, -0.4849625, 0.2061806, 0.8398222)]
    [InlineData("lcm", 7, -0.6713447, -0.1930238, 0.4475021, 0.692123)]
    [InlineData("dpmpp_2m_v2", 7, 0.9274479, -0.4773119, 0.2440237, 1.800408)]
    public void A_sampler_follows_its_definition(string name, int asked, double a, double b, double c, double d)
    {
        using Scope scope = new();
        int calls = 0, draws = 0;
        NoiseLevel[] levels = Array.ConvertAll(SigmaSchedules.Karras(7, 0.03, 12), sigma => NoiseLevel.Exploding(sigma));
        SigmaRun run = new(Guided, (x, level) => (Guided(x, level), Formula(x, level.Sigma, 0.9, 0.3)), Tensor.From(
            [.. s_start.Select(value => (float)value)], [1, 1, 1, 4]), levels, Noise, new SamplerOptions(), NoiseSchedule.StableDiffusion());
        float[] end = SamplerCatalog.EntryOf(SamplerCatalog.Find(name)).AlongSigmas!(run).Finish().ToArray();
        Assert.All(end.Zip([a, b, c, d]), pair => Assert.Equal(pair.Second, pair.First, 2e-5));
        Assert.Equal(asked, calls);

        Tensor Guided(Tensor x, NoiseLevel level)
        {
            calls++;
            return Formula(x, level.Sigma, 1, 0.05);
        }

        Tensor Noise(NoiseLevel from, NoiseLevel to)
        {
            draws++;
            return Tensor.From([.. Enumerable.Range(0, 4).Select(i => (float)Math.Cos(draws + i))], [1, 1, 1, 4]);
        }
    }

    private static Tensor Formula(Tensor x, double sigma, double linear, double wave) =>
        x.Scale((float)(linear / (1 + sigma * sigma))) + x.Sin().Scale((float)(wave * sigma / (1 + sigma)));
}
