using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>A normal distribution for each number of a latent, as an autoencoder's encoder gives it (unscaled).</summary>
/// <param name="Mean">Means [b, h, w, c].</param>
/// <param name="LogVariance">Logarithms of the variances [b, h, w, c], within -30..20.</param>
public sealed record LatentDistribution(Tensor Mean, Tensor LogVariance)
{
    /// <summary>mean + exp(log variance / 2) noise, for noise of N(0, 1) and the same shape.</summary>
    public Tensor Sample(Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        using Scope scope = new();
        return scope.Keep(Mean + (LogVariance.Scale(0.5f).Exp() * noise));
    }

    /// <summary>The divergence from N(0, 1), summed over each picture: [b].</summary>
    public Tensor Kl()
    {
        using Scope scope = new();
        return scope.Keep(Tensor.KlToStandardNormal(Mean, LogVariance));
    }
}
