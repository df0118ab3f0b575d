using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pareidolia.Graph.Workflow;

/// <summary>Where a link of a front end's graph begins.</summary>
internal readonly record struct WorkflowOrigin(string Node, int Slot);

/// <summary>An input of a node, as a front end saves it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it takes.</param>
/// <param name="Link">The number of its link; null where nothing leads to it.</param>
internal readonly record struct WorkflowInput(string Name, string Type, long? Link);

/// <summary>A node of a front end's graph.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type">The kind of node.</param>
/// <param name="Mode">How it takes part: 0 as usual, 2 not at all, 4 passed by.</param>
/// <param name="Title">What its author called it; null for nothing.</param>
/// <param name="Inputs">Its inputs that have, or had, a link.</param>
/// <param name="OutputTypes">What it gives.</param>
/// <param name="Values">The values of its other inputs: in their order, or by name.</param>
internal sealed record WorkflowNode(
    string Id, string Type, long Mode, string? Title, IReadOnlyList<WorkflowInput> Inputs, IReadOnlyList<string> OutputTypes, JsonNode? Values)
{
    /// <summary>Takes no part.</summary>
    public bool IsMuted => Mode == 2;

    /// <summary>Hands on what it is given.</summary>
    public bool IsBypassed => Mode == 4;

    /// <summary>Reads one.</summary>
    /// <exception cref="PareidoliaException">It has no number or kind.</exception>
    public static WorkflowNode Of(JsonNode? json)
    {
        if (json is not JsonObject node || NumberOf(node["id"]) is not string id || node["type"]?.GetValueKind() != JsonValueKind.String)
            throw new PareidoliaException("A node of the workflow has no id or no type.");
        return new WorkflowNode(
            id, node["type"]!.GetValue<string>(), Number(node["mode"]) ?? 0, Text(node["title"]),
            [.. Objects(node["inputs"]).Select(input => new WorkflowInput(Text(input["name"]) ?? "", Text(input["type"]) ?? "*", Number(input["link"])))],
            [.. Objects(node["outputs"]).Select(output => Text(output["type"]) ?? "*")], node["widgets_values"]);
    }

    /// <summary>A node's or link's number as a name.</summary>
    public static string? NumberOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number => value.ToJsonString(),
        JsonValueKind.String => value.GetValue<string>(),
        _ => null,
    };

    /// <summary>A whole number; null for anything else.</summary>
    public static long? Number(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue(out long number) ? number : null;

    private static string? Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];
}
