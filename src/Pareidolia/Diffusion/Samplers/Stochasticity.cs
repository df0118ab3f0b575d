namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// Extra noise before a step, to be removed again by it (Karras et al. 2022, algorithm 2, https://arxiv.org/abs/2206.00364).
/// </summary>
/// <param name="Amount">Total noise over the run, at least 0; at most a factor of sqrt 2 in sigma is added in a step.</param>
/// <param name="Min">The smallest sigma at which noise is added.</param>
/// <param name="Max">The largest sigma at which noise is added.</param>
/// <param name="NoiseScale">Factor on the noise; a little over 1 makes up for detail lost.</param>
public readonly record struct Churn(double Amount, double Min = 0, double Max = double.PositiveInfinity, double NoiseScale = 1)
{
    /// <summary>No extra noise.</summary>
    public static Churn None { get; } = new(0);

    /// <summary>The raised sigma of a step that begins at <paramref name="sigma"/>, one of <paramref name="steps"/>.</summary>
    internal double Raise(double sigma, int steps) =>
        sigma >= Min && sigma <= Max ? sigma * (1 + Math.Min(Amount / steps, Math.Sqrt(2) - 1)) : sigma;
}

/// <summary>A step down that goes too far and comes back with fresh noise: Down^2 + Up^2 = to^2.</summary>
/// <param name="Down">The sigma to solve down to.</param>
/// <param name="Up">The deviation of the noise to add there.</param>
internal readonly record struct AncestralSplit(double Down, double Up)
{
    /// <summary>
    /// The split of a step between two sigmas (Alpha = 1); eta 0 adds no noise, 1 as much as the reverse of training's diffusion.
    /// </summary>
    public static AncestralSplit Of(double from, double to, double eta)
    {
        double up = Math.Min(to, eta * Math.Sqrt(to * to * (from * from - to * to) / (from * from)));
        return new AncestralSplit(Math.Sqrt(to * to - up * up), up);
    }
}
