using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pareidolia.Graph;

/// <summary>A node of a graph, as it is written.</summary>
/// <param name="Id">Its name in the graph.</param>
/// <param name="Class">The kind of node; null where the graph does not say.</param>
/// <param name="Inputs">Values, and links [node, slot].</param>
/// <param name="Title">What its author called it; null for nothing.</param>
internal sealed record GraphNode(string Id, string? Class, JsonObject Inputs, string? Title)
{
    /// <summary>The links that it has, by input.</summary>
    public IEnumerable<(string Input, NodeLink Link)> Links => Inputs.Where(input => NodeLink.Of(input.Value) is not null)
        .Select(input => (input.Key, NodeLink.Of(input.Value)!.Value));
}

/// <summary>The output of a node that an input takes.</summary>
/// <param name="Node">Its name in the graph.</param>
/// <param name="Slot">Which of its outputs, from 0.</param>
internal readonly record struct NodeLink(string Node, int Slot)
{
    /// <summary>Of <c>["4", 0]</c>; null of anything else.</summary>
    public static NodeLink? Of(JsonNode? value) =>
        value is JsonArray { Count: 2 } pair && pair[1]?.GetValueKind() == JsonValueKind.Number && pair[1]!.AsValue().TryGetValue(out int slot)
            && pair[0]?.GetValueKind() is JsonValueKind.String or JsonValueKind.Number
            ? new NodeLink(pair[0]!.GetValueKind() == JsonValueKind.String ? pair[0]!.GetValue<string>() : pair[0]!.ToJsonString(), slot)
            : null;
}

/// <summary>
/// A graph in the form in which ComfyUI's API takes it: <c>{"4": {"class_type": "KSampler", "inputs": {"steps": 20, "model": ["1", 0]}}}</c>.
/// </summary>
public sealed class GraphPrompt
{
    private const int DeepestJson = 64;

    private readonly OrderedDictionary<string, GraphNode> _nodes = [];

    /// <summary>Reads a graph. What is wrong within its nodes is for <see cref="GraphRunner.Check"/> to say.</summary>
    /// <exception cref="PareidoliaException">A node is no object with inputs.</exception>
    public GraphPrompt(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        Json = json;
        foreach ((string id, JsonNode? value) in json)
            _nodes.Add(id, NodeOf(id, value));
    }

    /// <summary>The graph as it was given.</summary>
    public JsonObject Json { get; }

    /// <summary>The number of nodes.</summary>
    public int Count => _nodes.Count;

    /// <summary>The nodes, in their order.</summary>
    internal IReadOnlyDictionary<string, GraphNode> Nodes => _nodes;

    /// <summary>Reads the text of a graph.</summary>
    /// <exception cref="PareidoliaException">It is no JSON, or no graph.</exception>
    public static GraphPrompt Parse(string text) => new(ParseObject(text));

    /// <summary>Reads a JSON object.</summary>
    /// <exception cref="PareidoliaException">It is none.</exception>
    internal static JsonObject ParseObject(string text)
    {
        try
        {
            JsonNode? parsed = JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = DeepestJson, AllowDuplicateProperties = false });
            return parsed as JsonObject ?? throw new PareidoliaException("A graph is a JSON object of nodes; this is none.");
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new PareidoliaException($"The graph is no JSON, or a name comes twice in it: {error.Message}", error);
        }
    }

    private static GraphNode NodeOf(string id, JsonNode? value)
    {
        if (value is not JsonObject node || (node["inputs"] is not null and not JsonObject))
            throw new PareidoliaException($"The node '{id}' is {value?.GetValueKind().ToString() ?? "null"}; an object with class_type and inputs is needed.");
        return new GraphNode(id, TextOf(node["class_type"]), node["inputs"] as JsonObject ?? [], TextOf((node["_meta"] as JsonObject)?["title"]));
    }

    private static string? TextOf(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
