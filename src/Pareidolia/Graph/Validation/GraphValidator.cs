using System.Text.Json.Nodes;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;

namespace Pareidolia.Graph.Validation;

/// <summary>Checks graphs as ComfyUI does, fault by fault under its names.</summary>
/// <param name="folders">Where named files are.</param>
internal sealed class GraphValidator(GraphFolders folders)
{
    /// <summary>Checks a graph.</summary>
    /// <param name="prompt">The graph.</param>
    /// <param name="targets">The outputs that are to run; null for all.</param>
    public GraphCheck Check(GraphPrompt prompt, IReadOnlyCollection<string>? targets = null)
    {
        if (Unknown(prompt) is NodeFault unknown)
            return Nothing(unknown);
        string[] outputs = [.. prompt.Nodes.Values.Where(node => NodeCatalog.Find(node.Class!)!.IsOutput && targets?.Contains(node.Id) != false).Select(node => node.Id)];
        if (outputs.Length == 0)
            return Nothing(new NodeFault("prompt_no_outputs", "Prompt has no outputs", ""));
        Dictionary<string, (List<NodeFault> Faults, List<string> Outputs)> faulty = [];
        string[] sound = [.. outputs.Where(output => IsSound(prompt, output, faulty))];
        Dictionary<string, FaultyNode> nodes = faulty.ToDictionary(
            row => row.Key, row => new FaultyNode(prompt.Nodes[row.Key].Class!, row.Value.Faults, row.Value.Outputs));
        GraphCheck check = new(null, nodes, sound);
        return sound.Length > 0 ? check
            : check with { Fault = new NodeFault("prompt_outputs_failed_validation", "Prompt outputs failed validation", string.Join('\n', check.Sentences())) };
    }

    /// <summary>The written values of a node that is sound.</summary>
    public Arguments Read(GraphNode node, Node kind)
    {
        Arguments read = new();
        foreach (Input input in kind.Inputs)
            if (node.Inputs[input.Name] is JsonNode value && NodeLink.Of(value) is null && input.Check(Plain(value), folders, out object? found) is null)
                read.Set(input.Name, found!);
        return read;
    }

    private static GraphCheck Nothing(NodeFault fault) => new(fault, new Dictionary<string, FaultyNode>(), []);

    private static NodeFault? Unknown(GraphPrompt prompt)
    {
        foreach (GraphNode node in prompt.Nodes.Values)
        {
            if (node.Class is null)
                return new NodeFault("invalid_prompt", "Cannot execute because a node is missing the class_type property.", $"Node ID '#{node.Id}'");
            if (NodeCatalog.Find(node.Class) is null)
                return new NodeFault("invalid_prompt", $"Cannot execute because node {node.Class} does not exist.", $"Node ID '#{node.Id}'");
        }
        return null;
    }

    private bool IsSound(GraphPrompt prompt, string output, Dictionary<string, (List<NodeFault> Faults, List<string> Outputs)> faulty)
    {
        NodeOrder order = NodeOrder.Of(prompt, [output]);
        bool sound = true;
        if (order.Cycle is IReadOnlyList<string> cycle)
        {
            NodeFault circle = new(
                "exception_during_inner_validation", "Exception when validating inner node", $"these nodes need each other in a circle: {string.Join(" -> ", cycle)}");
            Add(cycle[0], [circle]);
            return false;
        }
        foreach (string id in order.Order)
            if (faulty.ContainsKey(id) || FaultsOf(prompt, prompt.Nodes[id]).Any())
                Add(id, FaultsOf(prompt, prompt.Nodes[id]));
        return sound;

        void Add(string id, IEnumerable<NodeFault> faults)
        {
            sound = false;
            if (!faulty.ContainsKey(id))
                faulty.Add(id, ([.. faults], []));
            faulty[id].Outputs.Add(output);
        }
    }

    private IEnumerable<NodeFault> FaultsOf(GraphPrompt prompt, GraphNode node) =>
        NodeCatalog.Find(node.Class!)!.Inputs.Select(input => FaultOf(prompt, node, input)).OfType<NodeFault>();

    private NodeFault? FaultOf(GraphPrompt prompt, GraphNode node, Input input)
    {
        if (!node.Inputs.TryGetPropertyValue(input.Name, out JsonNode? value))
            return input.Optional ? null : new NodeFault("required_input_missing", "Required input is missing", input.Name)
            {
                Extra = new JsonObject { ["input_name"] = input.Name },
            };
        return value is not JsonArray ? input.Check(Plain(value), folders, out _)
            : NodeLink.Of(value) is NodeLink link ? LinkFault(prompt, input, link, value)
            : Bad(input, value, "");
    }

    private NodeFault? LinkFault(GraphPrompt prompt, Input input, NodeLink link, JsonNode value)
    {
        if (!prompt.Nodes.TryGetValue(link.Node, out GraphNode? source))
            return Bad(input, value, $", there is no node '{link.Node}'");
        IReadOnlyList<Output> outputs = NodeCatalog.Find(source.Class!)!.Outputs;
        if (link.Slot < 0 || link.Slot >= outputs.Count)
            return Bad(input, value, $", node '{link.Node}' ({source.Class}) has {outputs.Count} outputs");
        string given = outputs[link.Slot].Type;
        return given == input.Type ? null : new NodeFault(
            "return_type_mismatch", "Return type mismatch between linked nodes", $"{input.Name}, received_type({given}) mismatch input_type({input.Type})")
        {
            Extra = new JsonObject
            {
                ["input_name"] = input.Name, ["input_config"] = input.Schema(folders), ["received_type"] = given, ["linked_node"] = value.DeepClone(),
            },
        };
    }

    private NodeFault Bad(Input input, JsonNode value, string more) => new(
        "bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]", input.Name + more)
    {
        Extra = new JsonObject { ["input_name"] = input.Name, ["input_config"] = input.Schema(folders), ["received_value"] = value.DeepClone() },
    };

    // Lists that are values, not links, are wrapped.
    private static JsonNode? Plain(JsonNode? value) => value is JsonObject wrapped && wrapped.Count == 1 && wrapped.ContainsKey("__value__") ? wrapped["__value__"] : value;
}
