using Pareidolia.Diffusion;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Diffusion;

/// <summary>What ComfyUI lets a model mean beside noise, velocity and picture: numbers from its formulas, worked out by hand.</summary>
public sealed class ComfyPredictionTests
{
    private static readonly Tensor s_x = Tensor.From([1f, -2], [1, 1, 1, 2]), s_output = Tensor.From([0.5f, 0.25f], [1, 1, 1, 2]);

    // sigma_data 0.5, timesteps times 10: c_skip = 0.25 / (190^2 + 0.25), c_out = 190 / sqrt(190^2 + 0.25).
    [Fact]
    public void A_consistency_model_keeps_a_little_of_x()
    {
        Prediction lcm = Prediction.Parse("lcm");
        NoiseLevel level = NoiseLevel.Exploding(2, timestep: 19);
        Tensor denoised = lcm.Denoised(s_x, s_output, level);
        Assert.Equal(6.92516e-6, denoised.ToArray()[0], 1e-7);
        Assert.Equal((-2.5 * 0.99999654) + (6.92516e-6 * -2), denoised.ToArray()[1], 1e-6);
        Assert.Equal(0.25, lcm.Output(s_x, denoised, level).ToArray()[1], 1e-5);
        // The same picture in the coordinates in which noise and picture have length 1.
        float scale = (float)(1 / Math.Sqrt(5));
        Assert.Equal(denoised.ToArray()[1], lcm.Denoised(s_x.Scale(scale), s_output, NoiseLevel.Preserving(2, 19)).ToArray()[1], 1e-5);
        Assert.Equal(scale, lcm.Input(s_x, level).ToArray()[0], 1e-6);
    }

    [Fact]
    public void A_picture_to_picture_model_sees_x_as_it_is_and_says_the_picture()
    {
        Prediction unscaled = Prediction.Parse("img_to_img");
        Assert.Equal([1, -2], unscaled.Input(s_x, NoiseLevel.Exploding(2)).ToArray());
        Assert.Equal(Math.Sqrt(5), unscaled.Input(s_x, NoiseLevel.Preserving(2)).ToArray()[0], 1e-5);
        Assert.Equal([0.5f, 0.25f], unscaled.Denoised(s_x, s_output, NoiseLevel.Exploding(2)).ToArray());
    }

    // Made with NumPy from the levels at timesteps 19, 39 ... 999, as ComfyUI's ModelSamplingDiscreteDistilled takes them.
    [Fact]
    public void A_consistency_model_knows_fifty_levels_and_is_told_their_timesteps()
    {
        NoiseSchedule whole = NoiseSchedule.StableDiffusion(), thin = whole.Thinned(50);
        Assert.Equal((50, 19, 999), (thin.Count, thin.FirstTimestep, thin.LastTimestep));
        Near([14.614641, 1.667902, 0.134451, 0], TrainedSigmas.Normal(thin, 3));
        Near([14.614641, 4.260557, 1.612886, 0.719380, 0], TrainedSigmas.Simple(thin, 4));
        Near([14.614641, 1.667902, 0], TrainedSigmas.SgmUniform(thin, 2));
        Assert.Equal([999, 499, 19, 19], new[] { 20, 1.6, 0.14, 0 }.Select(thin.TimestepOf));
        Assert.Equal(whole.Sigmas[499], thin.LogInterpolatedSigmaAt(499), 1e-9);
    }

    private static void Near(double[] expected, double[] levels)
    {
        Assert.Equal(expected.Length, levels.Length);
        Assert.All(expected.Zip(levels), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
