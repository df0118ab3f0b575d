using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.Comfy;

/// <summary>Reads JSON whose content is free: graphs, workflows.</summary>
internal static class ComfyBody
{
    /// <summary>The body of a request.</summary>
    /// <exception cref="Refusal">It is no JSON object, or holds what is no text.</exception>
    public static async Task<JsonObject> Read(HttpContext context) => Of(await JsonBody.Read(context).ConfigureAwait(false));

    /// <summary>JSON as an object that can be changed.</summary>
    /// <exception cref="Refusal">A name comes twice, or a text is no valid Unicode: neither has a meaning later on.</exception>
    public static JsonObject Of(JsonElement json)
    {
        if (!JsonTexts.AreWhole(json))
            throw Refusal.Bad("A text in the body is no valid Unicode.");
        try
        {
            return JsonNode.Parse(json.GetRawText(), null, new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
        }
        catch (ArgumentException)
        {
            throw Refusal.Bad("A name comes twice in an object of the body.");
        }
    }
}
