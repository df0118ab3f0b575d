using Pareidolia.Tensors;

namespace Pareidolia.Nn.Optimizers;

/// <summary>A slow copy of parameters, average = decay average + (1 - decay) parameter: what is sampled from and shipped.</summary>
public sealed class ExponentialAverage : IDisposable
{
    private readonly IReadOnlyList<Tensor> _parameters;

    /// <summary>Starts at the parameters' present values.</summary>
    public ExponentialAverage(IEnumerable<Tensor> parameters)
    {
        _parameters = [.. parameters];
        Averages = [.. _parameters.Select(parameter => Scope.Detach(parameter.Clone()))];
    }

    /// <summary>The averages, in the parameters' order.</summary>
    public IReadOnlyList<Tensor> Averages { get; }

    /// <summary>Moves the averages towards the parameters.</summary>
    public void Update(double decay)
    {
        for (int i = 0; i < _parameters.Count; i++)
        {
            Averages[i].ScaleInPlace((float)decay);
            Averages[i].AddInPlace(_parameters[i], (float)(1 - decay));
        }
    }

    /// <summary>
    /// Exchanges averages and parameters until the result is disposed, so that a model can be sampled or saved with its averages.
    /// </summary>
    public IDisposable Swap() => new Swapped(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor average in Averages)
            average.Dispose();
    }

    private void Exchange()
    {
        using Scope scope = new();
        for (int i = 0; i < _parameters.Count; i++)
        {
            Tensor parameter = _parameters[i].Clone();
            _parameters[i].CopyFrom(Averages[i]);
            Averages[i].CopyFrom(parameter);
        }
    }

    private sealed class Swapped : IDisposable
    {
        private readonly ExponentialAverage _owner;

        public Swapped(ExponentialAverage owner)
        {
            _owner = owner;
            owner.Exchange();
        }

        public void Dispose() => _owner.Exchange();
    }
}
