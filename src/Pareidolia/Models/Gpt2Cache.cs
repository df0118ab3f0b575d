using Pareidolia.Tensors;

namespace Pareidolia.Models;

/// <summary>
/// Keys and values of the tokens that a <see cref="Gpt2LmHeadModel"/> has seen: with them a next token costs one row a layer, not the whole text
/// again.
/// </summary>
public sealed class Gpt2Cache : IDisposable
{
    private readonly Dictionary<int, (Tensor Keys, Tensor Values)> _layers = [];

    /// <summary>Tokens that it holds.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets all tokens.</summary>
    public void Clear()
    {
        foreach ((Tensor keys, Tensor values) in _layers.Values)
        {
            keys.Dispose();
            values.Dispose();
        }
        _layers.Clear();
        Length = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Adds keys and values [b, n, c] of new tokens to a layer; gives those of all tokens [b, m, c].</summary>
    internal (Tensor Keys, Tensor Values) Extend(int layer, Tensor keys, Tensor values)
    {
        (Tensor Keys, Tensor Values)? old = _layers.TryGetValue(layer, out (Tensor, Tensor) known) ? known : null;
        (Tensor Keys, Tensor Values) all = (Joined(old?.Keys, keys), Joined(old?.Values, values));
        old?.Keys.Dispose();
        old?.Values.Dispose();
        _layers[layer] = all;
        return all;
    }

    /// <summary>Counts tokens that all layers now have.</summary>
    internal void Advance(int tokens) => Length += tokens;

    private static Tensor Joined(Tensor? old, Tensor more) => Scope.Detach(old is null ? more.Clone() : Tensor.Concat(1, old, more));
}
