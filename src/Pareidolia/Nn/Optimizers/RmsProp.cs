using Pareidolia.Tensors;

namespace Pareidolia.Nn.Optimizers;

/// <summary>RMSprop: steps divided by a running root mean square of the gradient (Hinton's lecture 6e, torch's order of epsilon).</summary>
public sealed class RmsProp : Optimizer
{
    private readonly double _alpha;
    private readonly double _eps;
    private readonly Tensor[] _squares;

    /// <summary>Makes the optimiser.</summary>
    public RmsProp(IEnumerable<ParameterGroup> groups, double alpha = 0.99, double eps = 1e-8)
        : base(groups)
    {
        (_alpha, _eps) = (alpha, eps);
        _squares = NewState("squares");
    }

    /// <inheritdoc/>
    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, double weightDecay, double gradientScale)
    {
        using Scope scope = new();
        Tensor slope = gradient.Scale((float)gradientScale);
        if (weightDecay != 0)
            slope.AddInPlace(parameter, (float)weightDecay);
        _squares[index].ScaleInPlace((float)_alpha);
        _squares[index].AddInPlace(slope.Square(), (float)(1 - _alpha));
        parameter.AddInPlace(slope / (_squares[index].Sqrt() + (float)_eps), (float)-learningRate);
    }
}
