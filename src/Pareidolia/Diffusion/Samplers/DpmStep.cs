using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// One step of the exponential integrator behind all DPM solvers: with h the step in lambda, the estimate expanded as a polynomial in
/// lambda, and each power integrated exactly against exp(lambda) (Lu et al. 2022, https://arxiv.org/abs/2211.01095, appendix A).
/// </summary>
internal readonly struct DpmStep
{
    private readonly bool _heunWeights;
    private readonly double _h;       // in the exponent: h, or -(1 + eta) h where the picture is predicted
    private readonly double _keep;    // weight of x
    private readonly double _scale;   // common factor of the integrals' weights

    /// <summary>The weights of a step between two levels. <paramref name="to"/> may have Sigma 0 where the picture is predicted.</summary>
    public DpmStep(NoiseLevel from, NoiseLevel to, DpmSettings settings)
    {
        double h = to.Lambda - from.Lambda;
        _heunWeights = settings.HeunWeights;
        if (settings.PredictNoise)
        {
            _h = h;
            _keep = to.Alpha / from.Alpha;
            _scale = -to.Sigma * (1 + settings.Eta);
            NoiseDeviation = settings.Eta == 0 ? 0 : to.Sigma * Math.Sqrt(Math.Exp(2 * h) - 1) * settings.NoiseScale;
            return;
        }
        _h = -(1 + settings.Eta) * h;
        _keep = to.Sigma / from.Sigma * (settings.Eta == 0 ? 1 : Math.Exp(-settings.Eta * h));
        _scale = -to.Alpha;
        NoiseDeviation = settings.Eta == 0 ? 0 : to.Sigma * Math.Sqrt(1 - Math.Exp(-2 * settings.Eta * h)) * settings.NoiseScale;
    }

    /// <summary>Deviation of the noise that the step adds.</summary>
    public double NoiseDeviation { get; }

    /// <summary>x at the end, without noise, from the estimate and as many of its differences as the order has.</summary>
    public Tensor Solve(Tensor x, Tensor estimate, Tensor? slope, Tensor? curvature)
    {
        double phi1 = Math.Exp(_h) - 1;
        if (slope is null)
            return Weighted.Sum((_keep, x), (_scale * phi1, estimate));
        double phi2 = phi1 / _h - 1;
        if (curvature is null)
            return Weighted.Sum((_keep, x), (_scale * phi1, estimate), (_scale * (_heunWeights ? phi2 : phi1 / 2), slope));
        double phi3 = phi2 / _h - 0.5;
        return Weighted.Sum((_keep, x), (_scale * phi1, estimate), (_scale * phi2, slope), (_scale * phi3, curvature));
    }
}
