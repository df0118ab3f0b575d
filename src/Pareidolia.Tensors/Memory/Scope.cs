namespace Pareidolia.Tensors;

/// <summary>
/// Owns the tensors made on this thread while it is the innermost open scope, and releases them when it is disposed, save those that were kept:
/// <code>
/// using Scope scope = new();
/// Tensor h = norm.Forward(x);
/// return scope.Keep(conv.Forward(h));    // h is released here, the result belongs to the caller's scope
/// </code>
/// Scopes nest like blocks and stay on their thread; never yield or await inside one.
/// </summary>
public sealed class Scope : IDisposable
{
    [ThreadStatic]
    private static Scope? s_current;

    private readonly Scope? _outer;
    private readonly List<Tensor> _owned = [];

    /// <summary>Opens a scope inside the current one.</summary>
    public Scope()
    {
        _outer = s_current;
        s_current = this;
    }

    internal static Scope? Current => s_current;

    /// <summary>Hands a tensor to the enclosing scope (or, outside all scopes, to the caller, who disposes it).</summary>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (_owned.Remove(tensor))
            _outer?._owned.Add(tensor);
        return tensor;
    }

    /// <summary>Takes a tensor out of all scopes: the caller owns it and disposes it.</summary>
    public static Tensor Detach(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        for (Scope? scope = s_current; scope is not null; scope = scope._outer)
            if (scope._owned.Remove(tensor))
                break;
        return tensor;
    }

    /// <summary>Releases what is still owned and makes the enclosing scope current.</summary>
    public void Dispose()
    {
        if (s_current != this)
            throw new InvalidOperationException("Scope: disposed out of order, or on another thread than the one that opened it.");
        s_current = _outer;
        foreach (Tensor tensor in _owned)
            tensor.Dispose();
        _owned.Clear();
    }

    internal void Add(Tensor tensor) => _owned.Add(tensor);
}
