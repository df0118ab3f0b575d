using Pareidolia.Tensors;

namespace Pareidolia.Diffusion.Samplers;

/// <summary>
/// The stages of single-step DPM-Solver on the noise estimate between two sigmas (Alpha = 1). Orders 2 and 3 share their stage at a third
/// of the step, so that both together cost three estimates.
/// </summary>
internal sealed class DpmStages
{
    private readonly Denoise _denoise;
    private readonly Tensor _x;
    private readonly Tensor _noise;
    private readonly double _from;
    private readonly double _to;
    private readonly double _h;
    private readonly Dictionary<double, Tensor> _differences = [];

    public DpmStages(Denoise denoise, Tensor x, double from, double to)
    {
        (_denoise, _x, _from, _to) = (denoise, x, from, to);
        _h = Math.Log(from / to);
        _noise = NoiseAt(x, from);
        Denoised = Weighted.Sum((1, x), (-from, _noise));
    }

    /// <summary>The clean picture as estimated at the beginning.</summary>
    public Tensor Denoised { get; }

    /// <summary>x at the end by the given order, 1 to 3; order 2 puts its stage at the share <paramref name="r"/> of the step.</summary>
    public Tensor Solve(int order, double r = 0.5) => order switch
    {
        1 => Advance(1),
        2 => Weighted.Sum((1, Advance(1)), (-_to / (2 * r) * Expm1(_h), Difference(r))),
        _ => Weighted.Sum((1, Advance(1)), (-_to * 1.5 * (Expm1(_h) / _h - 1), SecondDifference())),
    };

    private static double Expm1(double h) => Math.Exp(h) - 1;

    // First order to a share of the step.
    private Tensor Advance(double share) => Weighted.Sum((1, _x), (-SigmaAt(share) * Expm1(share * _h), _noise));

    private double SigmaAt(double share) => _from * Math.Exp(-share * _h);

    private Tensor NoiseAt(Tensor x, double sigma) =>
        Euler.Slope(x, _denoise(x, NoiseLevel.Exploding(sigma)), sigma);

    // The noise estimated at a share of the step, less that of the beginning.
    private Tensor Difference(double share)
    {
        if (!_differences.TryGetValue(share, out Tensor? difference))
        {
            difference = NoiseAt(Advance(share), SigmaAt(share)) - _noise;
            _differences.Add(share, difference);
        }
        return difference;
    }

    // The same at two thirds, reached with the stage at one third.
    private Tensor SecondDifference()
    {
        const double R1 = 1.0 / 3, R2 = 2.0 / 3;
        double weight = -SigmaAt(R2) * (R2 / R1) * (Expm1(R2 * _h) / (R2 * _h) - 1);
        Tensor stage = Weighted.Sum((1, Advance(R2)), (weight, Difference(R1)));
        return NoiseAt(stage, SigmaAt(R2)) - _noise;
    }
}
