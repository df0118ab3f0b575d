using Pareidolia.Tensors;

namespace Pareidolia.Graph.Values;

/// <summary>What flows along an edge of a graph. A value that a node gave out owns its tensors until the cache lets go of it.</summary>
internal abstract record GraphValue : IDisposable
{
    /// <summary>The same value with tensors of its own, outside all scopes: nodes may hand on what they were given.</summary>
    public virtual GraphValue Owned() => this;

    /// <inheritdoc/>
    public void Dispose() => Release();

    /// <summary>Releases its tensors.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>A handle of its own on a tensor's memory.</summary>
    protected static Tensor Own(Tensor tensor) => Scope.Detach(tensor.Reshape([.. tensor.Shape]));

    /// <summary>The same, of nothing too.</summary>
    protected static Tensor? OwnOrNull(Tensor? tensor) => tensor is null ? null : Own(tensor);
}
