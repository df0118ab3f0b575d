// Improving Sample Quality of Diffusion Models Using Self-Attention Guidance, https://arxiv.org/abs/2210.00939, algorithm 1
using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>A picture that is blurred where a network looks most.</summary>
internal static class BlurredPart
{
    // Nine pixels, as ComfyUI has it.
    private const int Reach = 4;

    /// <summary>Whether pictures [n, h, w, c] are large enough for the mirror beyond their edges.</summary>
    public static bool Fits(Tensor pictures) => Math.Min(pictures.Shape[1], pictures.Shape[2]) > Reach;

    /// <summary>Pictures [n, h, w, c], blurred where they are looked at.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="watch">What has seen them.</param>
    /// <param name="sigma">Deviation of the blur in pixels; 0 for none.</param>
    public static Tensor Of(Tensor pictures, BottomWatch watch, double sigma)
    {
        Tensor mask = watch.LookedAt(pictures.Shape[0], pictures.Device).Interpolate(pictures.Shape[1], pictures.Shape[2], Interpolation.Nearest);
        return pictures + ((Blurred(Blurred(pictures, 1, sigma), 2, sigma) - pictures) * mask);
    }

    private static Tensor Blurred(Tensor pictures, int axis, double sigma)
    {
        if (sigma == 0)
            return pictures;
        double[] bell = [.. Enumerable.Range(-Reach, (2 * Reach) + 1).Select(x => Math.Exp(-x * x / (2 * sigma * sigma)))];
        double sum = bell.Sum();
        Tensor mirrored = pictures.Pad(axis, Reach, Reach, PadMode.Reflect);
        return Weighted.Sum([.. bell.Select((weight, i) => (weight / sum, mirrored.Slice(axis, i, pictures.Shape[axis])))]);
    }
}
