using System.Text.Json.Nodes;
using Pareidolia.Graph.Validation;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.Comfy;

/// <summary>Errors in ComfyUI's form: <c>{error: {type, message, details, extra_info}, node_errors}</c>.</summary>
internal static class ComfyErrors
{
    /// <summary>Of requests that are refused as a whole.</summary>
    public static ErrorForm Form { get; } = new((context, refusal) => ErrorForm.Json(
        context, refusal.Status, "application/json", Body(new NodeFault(refusal.Code ?? "invalid_request", refusal.Message, refusal.Field ?? ""), []).ToJsonString()));

    /// <summary>The body of an answer.</summary>
    public static JsonObject Body(NodeFault fault, JsonObject nodes) => new() { ["error"] = fault.ToJson(), ["node_errors"] = nodes };
}
