using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Running;

/// <summary>A picture that a node wrote.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="Subfolder">The folder below that of its type; empty for none.</param>
/// <param name="Type"><c>output</c>, <c>temp</c> or <c>input</c>.</param>
public readonly record struct GraphPicture(string FileName, string Subfolder, string Type);

/// <summary>What a node came to.</summary>
/// <param name="Values">One for each of its outputs.</param>
internal sealed record NodeResult(params IReadOnlyList<GraphValue> Values) : IDisposable
{
    /// <summary>Pictures that front ends show.</summary>
    public IReadOnlyList<GraphPicture> Pictures { get; init; } = [];

    /// <summary>The same with tensors of its own.</summary>
    public NodeResult Owned() => this with { Values = [.. Values.Select(value => value.Owned())] };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GraphValue value in Values)
            value.Dispose();
    }
}
