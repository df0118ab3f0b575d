using System.Text.Json.Nodes;

namespace Pareidolia.Graph.Validation;

/// <summary>What is wrong with one node.</summary>
/// <param name="Class">The kind of node.</param>
/// <param name="Faults">What is wrong.</param>
/// <param name="DependentOutputs">The outputs that need it, and so cannot run.</param>
public sealed record FaultyNode(string Class, IReadOnlyList<NodeFault> Faults, IReadOnlyList<string> DependentOutputs)
{
    /// <summary>As ComfyUI sends it.</summary>
    public JsonObject ToJson() => new()
    {
        ["errors"] = new JsonArray([.. Faults.Select(fault => fault.ToJson())]),
        ["dependent_outputs"] = new JsonArray([.. DependentOutputs.Select(output => (JsonNode)output)]),
        ["class_type"] = Class,
    };
}

/// <summary>Whether a graph can run. Outputs that are sound run even where others are not.</summary>
/// <param name="Fault">Why nothing can run; null where something can.</param>
/// <param name="Nodes">The faulty nodes by name.</param>
/// <param name="Outputs">The outputs that can run.</param>
public sealed record GraphCheck(NodeFault? Fault, IReadOnlyDictionary<string, FaultyNode> Nodes, IReadOnlyList<string> Outputs)
{
    /// <summary>What is wrong with the nodes, as ComfyUI sends it.</summary>
    public JsonObject NodeErrors()
    {
        JsonObject errors = [];
        foreach ((string id, FaultyNode node) in Nodes)
            errors[id] = node.ToJson();
        return errors;
    }

    /// <summary>Everything that is wrong, in sentences.</summary>
    public IEnumerable<string> Sentences() => Nodes.Count == 0
        ? Fault is null ? [] : [Fault.Sentence]
        : Nodes.SelectMany(node => node.Value.Faults.Select(fault => $"{node.Value.Class} ({node.Key}): {fault.Sentence}"));
}
