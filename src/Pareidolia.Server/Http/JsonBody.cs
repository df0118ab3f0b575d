using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server.Http;

/// <summary>Reads JSON bodies; what is wrong with one is said in a sentence.</summary>
internal static class JsonBody
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>The body as a record.</summary>
    /// <exception cref="Refusal">It is no JSON, or not what the record holds.</exception>
    public static async Task<T> Read<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        JsonElement body = await Read(context).ConfigureAwait(false);
        return As(body, type);
    }

    /// <summary>The body as an object with any content. An empty body is an empty object.</summary>
    /// <exception cref="Refusal">It is no JSON object.</exception>
    public static async Task<JsonElement> Read(HttpContext context)
    {
        JsonElement body = await ReadAny(context).ConfigureAwait(false);
        return body.ValueKind is JsonValueKind.Object ? body
            : throw Refusal.Bad($"The body is JSON of kind {body.ValueKind}; an object is needed.");
    }

    /// <summary>The body as JSON of any kind. An empty body is an empty object.</summary>
    /// <exception cref="Refusal">It is no JSON.</exception>
    public static async Task<JsonElement> ReadAny(HttpContext context)
    {
        if (context.Request.ContentLength == 0)
            return JsonElement.Parse("{}");
        try
        {
            using MemoryStream bytes = new();
            await context.Request.Body.CopyToAsync(bytes, context.RequestAborted).ConfigureAwait(false);
            JsonElement body = bytes.Length == 0 ? JsonElement.Parse("{}") : JsonElement.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), s_strict);
            RequireUnicode(body, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            return body;
        }
        catch (JsonException error)
        {
            throw Explain(error);
        }
        catch (InvalidOperationException)
        {
            // Names are read when they are compared with each other: one with half of a character (\ud800) is JSON, but no string.
            throw NoUnicode();
        }
    }

    /// <summary>JSON as a record.</summary>
    /// <exception cref="Refusal">It is not what the record holds.</exception>
    public static T As<T>(JsonElement json, JsonTypeInfo<T> type)
    {
        try
        {
            return json.Deserialize(type) ?? throw Refusal.Bad("The body is null; an object is needed.");
        }
        catch (JsonException error)
        {
            throw Explain(error, json);
        }
    }

    /// <summary>A text of an object; null where it is none.</summary>
    public static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Refusal NoUnicode() => Refusal.Bad("A text in the body is no valid Unicode.");

    // Looking at each text is for bodies that have an escape of half a character.
    private static void RequireUnicode(JsonElement body, ReadOnlySpan<byte> bytes)
    {
        if ((bytes.IndexOf("\\ud"u8) >= 0 || bytes.IndexOf("\\uD"u8) >= 0) && !JsonTexts.AreWhole(body))
            throw NoUnicode();
    }

    /// <summary>Says what is wrong.</summary>
    /// <param name="error">From the reader.</param>
    /// <param name="json">What it read, where it was JSON.</param>
    public static Refusal Explain(JsonException error, JsonElement? json = null)
    {
        if (json is null || error.Path is null)
            return Refusal.Bad($"The body is no JSON: {error.Message.Split(" Path:")[0]}");
        string field = error.Path.TrimStart('$', '.');
        return Refusal.Bad(field.Length == 0 ? "The body has not the fields that are needed here."
            : $"'{field}' has a value that cannot be read there{Kind(json.Value, field)}.", field);
    }

    private static string Kind(JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out JsonElement value) && Short(value) is string shown ? $": {shown}" : "";

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 80 } text ? $"{text[..80]}..." : value.GetRawText();
}
