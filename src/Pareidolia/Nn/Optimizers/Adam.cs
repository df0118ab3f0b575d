using Pareidolia.Tensors;

namespace Pareidolia.Nn.Optimizers;

/// <summary>
/// Adam, https://arxiv.org/abs/1412.6980; with decoupled weight decay AdamW, https://arxiv.org/abs/1711.05101; optionally with the running
/// maximum of AMSGrad, https://arxiv.org/abs/1904.09237.
/// </summary>
public sealed class Adam : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _eps;
    private readonly bool _decoupled;
    private readonly Tensor[] _m;
    private readonly Tensor[] _v;
    private readonly Tensor[]? _vmax;

    /// <summary>Makes the optimiser; <paramref name="decoupled"/> chooses AdamW's decay over the L2 term in the gradient.</summary>
    public Adam(
        IEnumerable<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, bool decoupled = true, bool amsgrad = false)
        : base(groups)
    {
        (_beta1, _beta2, _eps, _decoupled) = (beta1, beta2, eps, decoupled);
        _m = NewState("m");
        _v = NewState("v");
        _vmax = amsgrad ? NewState("vmax") : null;
    }

    /// <inheritdoc/>
    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, double weightDecay, double gradientScale) =>
        parameter.AdamStep(
            gradient, _m[index], _v[index], _vmax?[index],
            new AdamSettings(learningRate, _beta1, _beta2, _eps, weightDecay, _decoupled, Steps, gradientScale));
}
