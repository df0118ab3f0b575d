using Pareidolia.Tensors;

namespace Pareidolia.Training.Metrics;

/// <summary>How sharp pictures are: the variance of their Laplacian (Pech-Pacheco et al. 2000), which blur takes away.</summary>
public static class Sharpness
{
    /// <summary>Mean over pictures [b, h, w, c] in -1..1 of the variance of the Laplacian of their grey values; the edge is left out.</summary>
    public static double Of(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        using Scope scope = new();
        Tensor grey = pictures.Mean(3, keep: true);
        Tensor kernel = Tensor.From([0f, 1, 0, 1, -4, 1, 0, 1, 0], [1, 3, 3, 1]);
        Tensor laplacian = grey.Conv2d(kernel, null, Window.Unit);
        return laplacian.Reshape(pictures.Shape[0], -1).Variance(1, correction: 0).Mean().Item();
    }
}
