using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Graph.Inputs;

namespace Pareidolia.Graph.Workflow;

/// <summary>
/// A graph as ComfyUI's front end saves it (versions 0.4 and 1.0: nodes with places, links with numbers, values without names), made into the graph
/// that runs: reroutes and primitives are followed, muted nodes left out, bypassed ones passed by.
/// </summary>
public sealed class WorkflowFile
{
    private const string Reroute = "Reroute", Primitive = "PrimitiveNode";

    // What is drawn on the page and takes no part.
    private static readonly string[] s_notes = ["Note", "MarkdownNote"];

    private static readonly string[] s_seedChoices = ["fixed", "increment", "decrement", "randomize"];

    private readonly JsonObject _json;
    private readonly OrderedDictionary<string, WorkflowNode> _nodes = [];
    private readonly Dictionary<long, WorkflowOrigin> _links = [];

    /// <summary>Reads a workflow.</summary>
    /// <exception cref="PareidoliaException">It is none, or has nodes that are not known here.</exception>
    public WorkflowFile(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        _json = json;
        foreach (JsonNode? node in json["nodes"] as JsonArray ?? throw new PareidoliaException("The workflow has no nodes."))
        {
            WorkflowNode read = WorkflowNode.Of(node);
            if (!_nodes.TryAdd(read.Id, read))
                throw new PareidoliaException($"The workflow has two nodes {read.Id}.");
        }
        foreach (JsonNode? link in json["links"] as JsonArray ?? [])
            AddLink(link);
    }

    /// <summary>Whether JSON is a graph as a front end saves it, not as the API takes it.</summary>
    public static bool IsWorkflow(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return json["nodes"] is JsonArray;
    }

    /// <summary>A graph to run, from the text of a file in either form.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="workflow">The front end's own graph, which is written into pictures; null where the file is none.</param>
    /// <exception cref="PareidoliaException">It is neither.</exception>
    public static GraphPrompt Read(string text, out JsonObject? workflow)
    {
        JsonObject json = GraphPrompt.ParseObject(text);
        workflow = IsWorkflow(json) ? json : null;
        return workflow is null ? new GraphPrompt(json) : new WorkflowFile(json).ToPrompt();
    }

    /// <summary>The graph that runs.</summary>
    /// <exception cref="PareidoliaException">A node is not known here, or its values do not fit it.</exception>
    public GraphPrompt ToPrompt()
    {
        WorkflowNode[] running = [.. _nodes.Values.Where(node => !node.IsMuted && !node.IsBypassed && !IsFollowed(node) && !s_notes.Contains(node.Type))];
        string[] unknown = [.. running.Where(node => NodeCatalog.Find(node.Type) is null).Select(node => $"{node.Type} ({node.Id})")];
        if (unknown.Length > 0)
            throw new PareidoliaException($"The workflow has nodes that are not known here: {string.Join(", ", unknown)}. 'pareidolia graph nodes' lists the known ones."
                + (_json["definitions"] is null ? "" : " It has subgraphs, which are not supported: unpack them in ComfyUI first."));
        JsonObject prompt = [];
        foreach (WorkflowNode node in running)
            prompt[node.Id] = new JsonObject
            {
                ["class_type"] = node.Type,
                ["inputs"] = InputsOf(node, NodeCatalog.Find(node.Type)!),
                ["_meta"] = new JsonObject { ["title"] = node.Title ?? NodeCatalog.Find(node.Type)!.Title },
            };
        return new GraphPrompt(prompt);
    }

    private static bool IsFollowed(WorkflowNode node) => node.Type is Reroute or Primitive;

    // [id, from, slot, to, slot, type], or an object with origin_id and origin_slot.
    private void AddLink(JsonNode? link)
    {
        (JsonNode? id, JsonNode? from, JsonNode? slot) = link switch
        {
            JsonArray { Count: >= 3 } row => (row[0], row[1], row[2]),
            JsonObject named => (named["id"], named["origin_id"], named["origin_slot"]),
            _ => (null, null, null),
        };
        if (WorkflowNode.Number(id) is long number && WorkflowNode.NumberOf(from) is string node && WorkflowNode.Number(slot) is long place and >= 0 and <= int.MaxValue)
            _links[number] = new WorkflowOrigin(node, (int)place);
    }

    private JsonObject InputsOf(WorkflowNode node, Node kind)
    {
        JsonObject inputs = ValuesOf(node, kind);
        foreach (WorkflowInput input in node.Inputs.Where(input => input.Link is not null && kind.Find(input.Name) is not null))
            switch (Followed(input.Link!.Value))
            {
                case WorkflowOrigin origin:
                    inputs[input.Name] = new JsonArray(origin.Node, origin.Slot);
                    break;
                case JsonNode value:
                    inputs[input.Name] = value.DeepClone();
                    break;
                default:
                    // What a muted node would have given is missing.
                    if (!kind.Find(input.Name)!.IsWritten)
                        inputs.Remove(input.Name);
                    break;
            }
        return inputs;
    }

    private static JsonObject ValuesOf(WorkflowNode node, Node kind)
    {
        JsonObject inputs = [];
        if (node.Values is JsonObject named)
        {
            foreach (Input input in kind.Inputs.Where(input => input.IsWritten && named[input.Name] is not null))
                inputs[input.Name] = named[input.Name]!.DeepClone();
            return inputs;
        }
        Queue<JsonNode?> values = new(node.Values as JsonArray ?? []);
        foreach (Input input in kind.Inputs.Where(input => input.IsWritten))
        {
            if (!values.TryDequeue(out JsonNode? value))
                break;
            inputs[input.Name] = value?.DeepClone();
            if (input.IsSeed && values.TryPeek(out JsonNode? choice) && choice?.GetValueKind() == JsonValueKind.String && s_seedChoices.Contains(choice.GetValue<string>()))
                values.Dequeue();
        }
        return inputs;
    }

    // An origin that runs, a primitive's value, or null.
    private object? Followed(long link)
    {
        // A circle of reroutes would never end.
        for (int hops = 0; hops <= _nodes.Count && _links.TryGetValue(link, out WorkflowOrigin origin) && _nodes.TryGetValue(origin.Node, out WorkflowNode? node); hops++)
        {
            if (node.IsMuted)
                return null;
            if (node.Type == Primitive)
                return (node.Values as JsonArray)?.FirstOrDefault();
            if (node.Type != Reroute && !node.IsBypassed)
                return origin;
            if (PassedBy(node, origin.Slot) is not long next)
                return null;
            link = next;
        }
        return null;
    }

    // The input of the same type and place, else the first of the type.
    private static long? PassedBy(WorkflowNode node, int slot)
    {
        if (node.Type == Reroute)
            return node.Inputs.Count > 0 ? node.Inputs[0].Link : null;
        string type = slot < node.OutputTypes.Count ? node.OutputTypes[slot] : "*";
        if (slot < node.Inputs.Count && node.Inputs[slot].Type == type)
            return node.Inputs[slot].Link;
        return node.Inputs.Where(input => input.Type == type).Select(input => input.Link).FirstOrDefault();
    }
}
