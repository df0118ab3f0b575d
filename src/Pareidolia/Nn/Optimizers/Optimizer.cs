using Pareidolia.Tensors;

namespace Pareidolia.Nn.Optimizers;

/// <summary>Parameters that share settings.</summary>
/// <param name="Parameters">The leaves to change.</param>
/// <param name="WeightDecay">Decay for this group.</param>
/// <param name="RateFactor">Multiplies the learning rate.</param>
public sealed record ParameterGroup(IReadOnlyList<Tensor> Parameters, double WeightDecay = 0, double RateFactor = 1);

/// <summary>Changes parameters along their gradients. Owns its state; dispose it.</summary>
public abstract class Optimizer : IDisposable
{
    private readonly List<(string Name, Tensor Tensor)> _state = [];

    /// <summary>Takes groups; parameters without a gradient are left alone at each step.</summary>
    protected Optimizer(IEnumerable<ParameterGroup> groups) => Groups = [.. groups];

    /// <summary>The groups, in order.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; set; }

    /// <summary>The state's tensors by name, in a fixed order: with <see cref="Steps"/>, all that a resumed run needs.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State => _state;

    /// <summary>All parameters of all groups.</summary>
    public IEnumerable<Tensor> Parameters => Groups.SelectMany(group => group.Parameters);

    /// <summary>One step at a learning rate; gradients are multiplied by <paramref name="gradientScale"/> first (clipping, accumulation).</summary>
    public void Step(double learningRate, double gradientScale = 1)
    {
        Steps++;
        int index = 0;
        foreach (ParameterGroup group in Groups)
        {
            foreach (Tensor parameter in group.Parameters)
            {
                if (parameter.Gradient is Tensor gradient)
                    Update(index, parameter, gradient, learningRate * group.RateFactor, group.WeightDecay, gradientScale);
                index++;
            }
        }
    }

    /// <summary>Forgets all gradients.</summary>
    public void ClearGradients()
    {
        foreach (Tensor parameter in Parameters)
            parameter.ClearGradient();
    }

    /// <summary>
    /// The factor that brings the norm over all gradients down to <paramref name="maxNorm"/> (1 where it is below), and the norm; pass the
    /// factor to <see cref="Step"/>.
    /// </summary>
    public (double Scale, double Norm) ClipScale(double maxNorm)
    {
        double squares = 0;
        using Scope scope = new();
        foreach (Tensor parameter in Parameters)
            if (parameter.Gradient is Tensor gradient)
                squares += gradient.Square().Sum().Item();
        double norm = Math.Sqrt(squares);
        return (Math.Min(1, maxNorm / (norm + 1e-6)), norm);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor tensor) in _state)
            tensor.Dispose();
        _state.Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes one parameter.</summary>
    protected abstract void Update(int index, Tensor parameter, Tensor gradient, double learningRate, double weightDecay, double gradientScale);

    /// <summary>One tensor of zeros per parameter, from the parameter of an index on.</summary>
    protected Tensor[] NewState(string name, int from = 0)
    {
        Tensor[] tensors = [.. Parameters.Skip(from).Select(parameter => Scope.Detach(Tensor.Zeros(parameter.Shape, parameter.Device)))];
        _state.AddRange(tensors.Select((tensor, index) => ($"{name}.{index}", tensor)));
        return tensors;
    }
}
