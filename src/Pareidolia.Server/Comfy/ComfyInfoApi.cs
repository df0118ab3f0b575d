using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Graph;
using Pareidolia.Weights;

namespace Pareidolia.Server.Comfy;

/// <summary>What ComfyUI tells of itself: nodes, models, machine.</summary>
internal static class ComfyInfoApi
{
    // The version whose API is spoken; clients look at it.
    private const string ComfyVersion = "0.3.64";

    /// <summary>Adds the routes.</summary>
    public static void MapComfyInfo(this IEndpointRouteBuilder routes)
    {
        _ = routes.MapGet("/object_info", (GraphRunner runner) => Json(NodeDescriptions.ObjectInfo(runner.Folders))).WithSummary("All kinds of nodes.");
        _ = routes.MapGet("/object_info/{name}", (string name, GraphRunner runner) => Json(NodeDescriptions.ObjectInfo(runner.Folders, name))).WithSummary("One kind of node.");
        _ = routes.MapGet("/system_stats", () => Json(SystemStats())).WithSummary("The machine.");
        _ = routes.MapGet("/embeddings", (GraphRunner runner) => Json(Names(runner.Folders.Names(ModelFolders.Embeddings).Select(name => Path.ChangeExtension(name, null)))))
            .WithSummary("Words learned by textual inversion.");
        _ = routes.MapGet("/models", () => Json(Names(ModelFolders.All))).WithSummary("The kinds of model files.");
        _ = routes.MapGet("/models/{folder}", (string folder, GraphRunner runner) => ModelFolders.All.Contains(folder)
            ? Json(Names(runner.Folders.Names(folder)))
            : throw Refusal.Missing($"There is no folder '{folder}'; there are {string.Join(", ", ModelFolders.All)}.")).WithSummary("The files of a kind.");
        _ = routes.MapGet("/view_metadata/{folder}", Metadata).WithSummary("What a file of weights says of itself.");
        _ = routes.MapGet("/extensions", () => Json(new JsonArray())).WithSummary("Extensions of the front end: none.");
        _ = routes.MapGet("/features", (StudioOptions options) => Json(ComfySockets.Features(options))).WithSummary("What the server can do.");
        _ = routes.MapGet("/users", () => Json(new JsonObject { ["storage"] = "server", ["migrated"] = true })).WithSummary("Users of the front end: one.");
        _ = routes.MapGet("/workflow_templates", () => Json(new JsonObject())).WithSummary("Templates: none.");
        _ = routes.MapGet("/i18n", () => Json(new JsonObject())).WithSummary("Translations of node names: none.");
    }

    private static IResult Json(JsonNode body) => PromptApi.Json(body);

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(name => (JsonNode)name)];

    private static JsonObject SystemStats()
    {
        long total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, free = Math.Max(0, total - GC.GetGCMemoryInfo().MemoryLoadBytes);
        return new JsonObject
        {
            ["system"] = new JsonObject
            {
                ["os"] = OperatingSystem.IsLinux() ? "posix" : OperatingSystem.IsWindows() ? "nt" : "posix",
                ["ram_total"] = total,
                ["ram_free"] = free,
                ["comfyui_version"] = ComfyVersion,
                ["python_version"] = $"none, .NET {Environment.Version}",
                ["pytorch_version"] = $"none, Pareidolia {typeof(GraphRunner).Assembly.GetName().Version?.ToString(3)}",
                ["embedded_python"] = false,
                ["argv"] = new JsonArray(),
            },
            ["devices"] = new JsonArray(new JsonObject
            {
                ["name"] = "cpu", ["type"] = "cpu", ["index"] = null, ["vram_total"] = total, ["vram_free"] = free, ["torch_vram_total"] = total, ["torch_vram_free"] = free,
            }),
        };
    }

    private static IResult Metadata(string folder, HttpContext context, GraphRunner runner)
    {
        if (!ModelFolders.All.Contains(folder))
            throw Refusal.Missing($"There is no folder '{folder}'.");
        string path = runner.Folders.Locate(folder, context.Request.Query["filename"].ToString());
        if (!File.Exists(path) || !path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw Refusal.Missing("Only .safetensors files say something of themselves.");
        using StoredWeights file = StoredWeights.Open(path);
        JsonObject metadata = [];
        foreach ((string key, string value) in file.Metadata)
            metadata[key] = value;
        return file.Metadata.Count > 0 ? Json(metadata) : throw Refusal.Missing("The file says nothing of itself.");
    }
}
