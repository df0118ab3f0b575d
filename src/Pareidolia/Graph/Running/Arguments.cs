using Pareidolia.Graph.Inputs;

namespace Pareidolia.Graph.Running;

/// <summary>The values of a node's inputs.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, object> _values = [];

    /// <summary>Gives an input its value.</summary>
    public void Set(string name, object value) => _values[name] = value;

    /// <summary>The value of an input that is required.</summary>
    public T Of<T>(Input<T> input) => _values.TryGetValue(input.Name, out object? value)
        ? (T)value
        : throw new PareidoliaException($"The input '{input.Name}' has no value.");

    /// <summary>The value of an input that may be left out.</summary>
    public T? OfOptional<T>(Input<T> input) where T : class => _values.TryGetValue(input.Name, out object? value) ? (T)value : null;

    /// <summary>Whether an input has a value.</summary>
    public bool Has(Input input) => _values.ContainsKey(input.Name);
}
