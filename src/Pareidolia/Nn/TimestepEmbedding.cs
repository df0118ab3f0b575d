using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Nn;

/// <summary>
/// Diffusion's clock: sinusoids of the timestep (https://arxiv.org/abs/2006.11239), then linear, SiLU (or another activation), linear. Keys
/// <c>linear_1</c> and <c>linear_2</c>.
/// </summary>
public sealed class TimestepEmbedding(int channels, int width, WeightScope weights, int? outputs = null, Activation activation = Activation.Silu)
{
    private readonly Linear _linear1 = new(channels, width, weights["linear_1"]);
    private readonly Linear _linear2 = new(width, outputs ?? width, weights["linear_2"]);

    /// <summary>Sinusoids [b, channels] to [b, width].</summary>
    public Tensor Forward(Tensor sinusoids) => _linear2.Forward(_linear1.Forward(sinusoids).Activated(activation));

    /// <summary>
    /// [b, channels]: sines and cosines of t / 10000^(i / (half - shift)), cosines first where flipped (as Stable Diffusion has them).
    /// </summary>
    public static Tensor Sinusoids(ReadOnlySpan<float> timesteps, int channels, Backend device, bool cosineFirst = true, float shift = 0)
    {
        int half = channels / 2;
        float[] values = new float[timesteps.Length * channels];
        for (int row = 0; row < timesteps.Length; row++)
        {
            for (int i = 0; i < half; i++)
            {
                // In float as the reference computes it: timesteps near 1000 make the difference visible.
                float frequency = MathF.Exp(-(float)Math.Log(10000) * i / (half - shift));
                float angle = timesteps[row] * frequency;
                values[(row * channels) + i + (cosineFirst ? half : 0)] = MathF.Sin(angle);
                values[(row * channels) + i + (cosineFirst ? 0 : half)] = MathF.Cos(angle);
            }
        }
        return Tensor.From(values, [timesteps.Length, channels], device);
    }
}
