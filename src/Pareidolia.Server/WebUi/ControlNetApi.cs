using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Models;

namespace Pareidolia.Server.WebUi;

/// <summary><c>/controlnet</c>: what the web UI's extension of that name tells its clients.</summary>
internal static class ControlNetApi
{
    // The version of the extension's own API.
    private const int Version = 2;

    /// <summary>Adds the routes.</summary>
    public static void MapControlNet(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/controlnet").WithTags("AUTOMATIC1111").WithMetadata(WebUiErrors.Form);
        _ = group.MapGet("/version", () => WebUiApi.Json(new JsonObject { ["version"] = Version }));
        _ = group.MapGet("/model_list", (ControlShelf controls) => WebUiApi.Json(new JsonObject
        {
            ["model_list"] = new JsonArray([.. controls.Files.Keys.Select(name => JsonValue.Create(name))]),
        }));
        _ = group.MapGet("/module_list", () => WebUiApi.Json(new JsonObject
        {
            ["module_list"] = new JsonArray("none"),
            ["module_detail"] = new JsonObject { ["none"] = new JsonObject { ["model_free"] = false, ["sliders"] = new JsonArray() } },
        }));
        _ = group.MapGet("/settings", () => WebUiApi.Json(new JsonObject { ["control_net_unit_count"] = ControlShelf.Most }));
        _ = group.MapPost("/detect", IResult (HttpContext _) => throw WebUiErrors.NoRoute("detect", "pictures are not prepared; send what the network looks at"));
    }
}
