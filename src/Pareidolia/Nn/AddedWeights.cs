using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>
/// While one is open on a thread, linear layers that run on it multiply by other matrices than their own: by their own plus what a LoRA in training
/// adds, so that its gradient flows and the network stays as it is.
/// </summary>
internal sealed class AddedWeights : IDisposable
{
    [ThreadStatic]
    private static AddedWeights? s_open;

    private readonly AddedWeights? _outer = s_open;
    private readonly IReadOnlyDictionary<Tensor, Tensor> _changed;

    /// <summary>Opens one; it ends on the thread that opened it.</summary>
    /// <param name="changed">What takes the place of each matrix.</param>
    public AddedWeights(IReadOnlyDictionary<Tensor, Tensor> changed)
    {
        _changed = changed;
        s_open = this;
    }

    /// <summary>What is multiplied by in the place of a layer's matrix.</summary>
    public static Tensor Of(Tensor weight) => s_open is AddedWeights open && open._changed.TryGetValue(weight, out Tensor? changed) ? changed : weight;

    /// <summary>What is open on this thread; null where nothing is.</summary>
    public static AddedWeights? Current => s_open;

    /// <summary>All matrices that take the place of others.</summary>
    public IEnumerable<Tensor> Changed => _changed.Values;

    /// <summary>Opens the same once more: a block that is computed again multiplies by what it multiplied by.</summary>
    public AddedWeights Again() => new(_changed);

    /// <inheritdoc/>
    public void Dispose() => s_open = _outer;
}
