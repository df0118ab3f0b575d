using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pareidolia.Graph.Inputs;

namespace Pareidolia.Graph;

/// <summary>What kinds of nodes there are, for programs and for people: all of it follows from the nodes themselves.</summary>
public static class NodeDescriptions
{
    // ComfyUI says which module of Python a node lies in.
    private const string Module = "nodes";

    /// <summary>The names of all kinds.</summary>
    public static IReadOnlyList<string> Classes { get; } = [.. NodeCatalog.All.Select(node => node.Class)];

    /// <summary>ComfyUI's <c>/object_info</c>: every kind with its inputs, limits and outputs.</summary>
    /// <param name="folders">Where named files are.</param>
    /// <param name="only">One kind alone; nothing where there is none of that name. Null for all.</param>
    public static JsonObject ObjectInfo(GraphFolders folders, string? only = null)
    {
        ArgumentNullException.ThrowIfNull(folders);
        JsonObject all = [];
        foreach (Node node in NodeCatalog.All.Where(node => only is null || node.Class == only))
            all[node.Class] = Described(node, folders);
        return all;
    }

    /// <summary>A line for each kind: name, category, what it does.</summary>
    public static IEnumerable<(string Class, string Category, string Description)> Lines() =>
        NodeCatalog.All.Select(node => (node.Class, node.Category, node.Description));

    /// <summary>A page in Markdown: each kind with its inputs, defaults and ranges.</summary>
    public static string Markdown()
    {
        StringBuilder page = new("# Nodes\n\nWritten by `pareidolia graph nodes --markdown`, from the nodes' own declarations; see [graph.md](graph.md).\n");
        foreach (Node node in NodeCatalog.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {node.Class}\n\n{node.Description} ({node.Category})\n\n");
            if (node.Inputs.Count > 0)
                page.Append("| input | type | default | range |\n|---|---|---|---|\n");
            foreach (Input input in node.Inputs)
                page.Append(CultureInfo.InvariantCulture,
                    $"| {input.Name}{(input.Optional ? " (optional)" : "")} | {input.Type} | {input.Default?.ToJsonString() ?? ""} | {input.Range} |\n");
            if (node.Outputs.Count > 0)
                page.Append(CultureInfo.InvariantCulture, $"\nGives {string.Join(", ", node.Outputs.Select(output => output.Name is null ? output.Type : $"{output.Name} ({output.Type})"))}.\n");
        }
        return page.ToString();
    }

    private static JsonObject Described(Node node, GraphFolders folders)
    {
        Input[] required = [.. node.Inputs.Where(input => !input.Optional)], optional = [.. node.Inputs.Where(input => input.Optional)];
        JsonObject input = new() { ["required"] = Schemas(required, folders) }, order = new() { ["required"] = Names(required.Select(port => port.Name)) };
        if (optional.Length > 0)
            (input["optional"], order["optional"]) = (Schemas(optional, folders), Names(optional.Select(port => port.Name)));
        if (node.WritesGraph)
            (input["hidden"], order["hidden"]) = (new JsonObject { ["prompt"] = "PROMPT", ["extra_pnginfo"] = "EXTRA_PNGINFO" }, Names(["prompt", "extra_pnginfo"]));
        return new JsonObject
        {
            ["input"] = input,
            ["input_order"] = order,
            ["output"] = Names(node.Outputs.Select(output => output.Type)),
            ["output_is_list"] = new JsonArray([.. node.Outputs.Select(_ => (JsonNode)false)]),
            ["output_name"] = Names(node.Outputs.Select(output => output.Title)),
            ["output_tooltips"] = Names(node.Outputs.Select(output => output.Tooltip)),
            ["name"] = node.Class,
            ["display_name"] = node.Title,
            ["description"] = node.Description,
            ["python_module"] = Module,
            ["category"] = node.Category,
            ["output_node"] = node.IsOutput,
            ["deprecated"] = node.Class == "ControlNetApply",
            ["experimental"] = false,
            ["api_node"] = false,
        };
    }

    private static JsonObject Schemas(IEnumerable<Input> inputs, GraphFolders folders)
    {
        JsonObject schemas = [];
        foreach (Input input in inputs)
            schemas[input.Name] = input.Schema(folders);
        return schemas;
    }

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(name => (JsonNode)name)];
}
