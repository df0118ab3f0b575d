using System.Text.Json.Nodes;

namespace Pareidolia.Graph.Validation;

/// <summary>What is wrong with a graph or with one input of a node, in ComfyUI's form.</summary>
/// <param name="Type">ComfyUI's name of the fault, such as <c>value_not_in_list</c>.</param>
/// <param name="Message">What kind of fault it is.</param>
/// <param name="Details">Where, and what of it.</param>
public sealed record NodeFault(string Type, string Message, string Details)
{
    /// <summary>What else ComfyUI tells: the input, its limits, the value.</summary>
    public JsonObject Extra { get; init; } = [];

    /// <summary>One sentence.</summary>
    public string Sentence => Details.Length == 0 ? Message : $"{Message}: {Details}";

    /// <summary>As ComfyUI sends it.</summary>
    public JsonObject ToJson() => new()
    {
        ["type"] = Type, ["message"] = Message, ["details"] = Details, ["extra_info"] = Extra.DeepClone(),
    };
}
