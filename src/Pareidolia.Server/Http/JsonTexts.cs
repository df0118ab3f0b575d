using System.Text.Json;

namespace Pareidolia.Server.Http;

/// <summary>The texts inside JSON, which a parser takes as they come: half of a character is seen only when one is read.</summary>
internal static class JsonTexts
{
    /// <summary>Whether all texts and names are valid Unicode.</summary>
    public static bool AreWhole(JsonElement json)
    {
        try
        {
            Read(json);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            _ = json.GetString();
        if (json.ValueKind == JsonValueKind.Array)
            foreach (JsonElement item in json.EnumerateArray())
                Read(item);
        if (json.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty property in json.EnumerateObject())
        {
            _ = property.Name;
            Read(property.Value);
        }
    }
}
