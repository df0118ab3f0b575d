using System.Globalization;
using System.Text.Json;

namespace Pareidolia.Cli;

/// <summary>
/// What <c>serve</c> is told by a file and by the environment, where the command line says nothing: <c>port</c> in the file is <c>PAREIDOLIA_PORT</c> in
/// the environment, which counts more, and <c>--port</c>, which counts most.
/// </summary>
/// <param name="file">The object of the file.</param>
/// <param name="variable">Reads a variable of the environment.</param>
internal sealed class ServeSettings(JsonElement file, Func<string, string?> variable)
{
    /// <summary>Names that the file may hold.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "listen", "port", "data", "model", "models-dir", "lora-dir", "embeddings", "upscalers", "controlnets", "recipes", "training-data", "trained", "page", "auth", "read-only", "host", "allow-origin",
        "api-server-stop", "most-queued", "most-pictures", "most-pixels", "most-model-bytes", "most-body-bytes", "changes-per-second", "otlp", "log-level", "log-json", "threads",
    ];

    /// <summary>Reads a file; null is none.</summary>
    /// <exception cref="PareidoliaException">It is missing, no JSON object, or holds what is not known.</exception>
    public static ServeSettings Load(string? path)
    {
        JsonElement file = JsonElement.Parse("{}");
        try
        {
            if (path is not null)
                file = JsonElement.Parse(File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new PareidoliaException($"The configuration '{path}' cannot be read: {error.Message}", error);
        }
        if (file.ValueKind != JsonValueKind.Object)
            throw new PareidoliaException($"The configuration '{path}' is no JSON object.");
        if (file.EnumerateObject().FirstOrDefault(field => !Known.Contains(field.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } odd)
            throw new PareidoliaException($"The configuration '{path}' has '{Shown.Short(odd.Name)}'; there are {string.Join(", ", Known)}.");
        return new ServeSettings(file, Environment.GetEnvironmentVariable);
    }

    /// <summary>A text; null where nothing says it.</summary>
    public string? Text(string name, string? given = null) => given ?? variable(VariableOf(name)) ?? (file.TryGetProperty(name, out JsonElement value)
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null);

    /// <summary>Several texts: with commas between in the environment, an array in the file.</summary>
    public string[] Texts(string name, string[]? given)
    {
        if (given is { Length: > 0 })
            return given;
        if (variable(VariableOf(name)) is string listed)
            return listed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return file.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.ToString())]
            : Text(name) is string only ? [only] : [];
    }

    /// <summary>Yes or no.</summary>
    /// <exception cref="PareidoliaException">It is neither.</exception>
    public bool Flag(string name, bool given = false) => given || Text(name)?.ToLowerInvariant() switch
    {
        null or "" or "false" or "0" or "no" => false,
        "true" or "1" or "yes" => true,
        string text => throw new PareidoliaException($"{name} is '{Shown.Short(text)}'; true or false is needed."),
    };

    /// <summary>A whole number from 0; null where nothing says it.</summary>
    /// <exception cref="PareidoliaException">It is none.</exception>
    public long? Whole(string name, long most, long? given = null)
    {
        string? text = given?.ToString(CultureInfo.InvariantCulture) ?? Text(name);
        if (text is null)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= 0 && number <= most ? number
            : throw new PareidoliaException($"{name} is '{Shown.Short(text)}'; a whole number from 0 to {most} is needed.");
    }

    private static string VariableOf(string name) => $"PAREIDOLIA_{name.Replace('-', '_').ToUpperInvariant()}";
}
