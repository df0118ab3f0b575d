using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.WebUi;

/// <summary>Errors as the web UI writes them.</summary>
internal static class WebUiErrors
{
    /// <summary><c>{error, detail, body, errors}</c>.</summary>
    public static ErrorForm Form { get; } = new((context, refusal) => ErrorForm.Json(context, refusal.Status, "application/json", new JsonObject
    {
        ["error"] = "HTTPException",
        ["detail"] = refusal.Message,
        ["body"] = refusal.Field ?? "",
        ["errors"] = refusal.Message,
    }.ToJsonString()));

    /// <summary>Something of the web UI that this program does not have: it says so, and what it is called.</summary>
    public static Refusal Unsupported(string name, string why) => new(StatusCodes.Status422UnprocessableEntity, $"{name} is not possible here: {why}.") { Field = name };

    /// <summary>A whole route that this program does not have.</summary>
    public static Refusal NoRoute(string name, string why) => new(StatusCodes.Status501NotImplemented, $"{name} is not possible here: {why}.") { Field = name };
}
