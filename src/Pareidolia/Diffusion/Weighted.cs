using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>Weighted sums of tensors of one shape: all the arithmetic that samplers do.</summary>
internal static class Weighted
{
    /// <summary>w1 t1 + w2 t2 + ...; terms of weight 0 are left out. Not seen by tapes.</summary>
    public static Tensor Sum(params ReadOnlySpan<(double Weight, Tensor Tensor)> terms)
    {
        Tensor sum = terms[0].Tensor.Scale((float)terms[0].Weight);
        foreach ((double weight, Tensor tensor) in terms[1..])
            if (weight != 0)
                sum.AddInPlace(tensor, (float)weight);
        return sum;
    }
}
