// Classifier-free diffusion guidance, https://arxiv.org/abs/2207.12598
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// A denoising network with its conditioning: predicts with and without the prompt in one batch, and goes beyond the first, away from the second.
/// </summary>
/// <param name="unet">The network.</param>
/// <param name="conditioning">What it reads.</param>
/// <param name="scale">How far to go: 1 is the prompt's own prediction.</param>
/// <param name="rescale">
/// Share, 0 to 1, in which the result gets back the deviation of the prompt's own prediction (https://arxiv.org/abs/2305.08891, section 3.4).
/// </param>
internal sealed class Guidance(UNet2DConditionModel unet, Conditioning conditioning, double scale, double rescale)
{
    /// <summary>The prediction for a sample [n, h, w, c] at a timestep.</summary>
    public Tensor Predict(Tensor input, double timestep)
    {
        float[] time = [(float)timestep];
        if (!conditioning.IsGuided)
            return unet.Forward(input, time, conditioning.Context);
        using Scope scope = new();
        Tensor[] halves = unet.Forward(Tensor.Concat(0, input, input), time, conditioning.Context).Chunk(2, 0);
        Tensor guided = halves[0] + (halves[1] - halves[0]).Scale((float)scale);
        return scope.Keep(rescale == 0 ? guided : Rescaled(guided, halves[1]));
    }

    private Tensor Rescaled(Tensor guided, Tensor prompted)
    {
        Tensor factor = Deviation(prompted) / Deviation(guided);                // [n, 1, 1, 1]
        return guided * factor.Affine((float)rescale, (float)(1 - rescale));
    }

    private static Tensor Deviation(Tensor x)
    {
        int n = x.Shape[0];
        return x.Reshape(n, -1).Variance(1, keep: true).Sqrt().Reshape(n, 1, 1, 1);
    }
}
