using Pareidolia.Tensors;

namespace Pareidolia.Nn.Optimizers;

/// <summary>Stochastic gradient descent with momentum, plain or Nesterov's (http://proceedings.mlr.press/v28/sutskever13.html), decay as an L2 term.</summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly bool _nesterov;
    private readonly Tensor[]? _velocity;

    /// <summary>Makes the optimiser.</summary>
    public Sgd(IEnumerable<ParameterGroup> groups, double momentum = 0, bool nesterov = false)
        : base(groups)
    {
        (_momentum, _nesterov) = (momentum, nesterov);
        _velocity = momentum == 0 ? null : NewState("velocity");
    }

    /// <inheritdoc/>
    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, double weightDecay, double gradientScale)
    {
        using Scope scope = new();
        Tensor slope = gradient.Scale((float)gradientScale);
        if (weightDecay != 0)
            slope.AddInPlace(parameter, (float)weightDecay);
        if (_velocity is not null)
        {
            // From zero, the first velocity is the gradient itself.
            _velocity[index].ScaleInPlace((float)_momentum);
            _velocity[index].AddInPlace(slope);
            slope = _nesterov ? slope + _velocity[index].Scale((float)_momentum) : _velocity[index];
        }
        parameter.AddInPlace(slope, (float)-learningRate);
    }
}
