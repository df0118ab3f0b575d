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
        try
        {
            RequireTexts(json);
            return JsonNode.Parse(json.GetRawText(), null, new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
        }
        catch (InvalidOperationException)
        {
            throw Refusal.Bad("A text in the body is no valid Unicode.");
        }
        catch (ArgumentException)
        {
            throw Refusal.Bad("A name comes twice in an object of the body.");
        }
    }

    // Half of a character is seen only when a text is read.
    private static void RequireTexts(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            _ = json.GetString();
        if (json.ValueKind == JsonValueKind.Array)
            foreach (JsonElement item in json.EnumerateArray())
                RequireTexts(item);
        if (json.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty property in json.EnumerateObject())
        {
            _ = property.Name;
            RequireTexts(property.Value);
        }
    }
}
