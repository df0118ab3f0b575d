using System.Text.Json;
using Pareidolia.Server.Generate;

namespace Pareidolia.Server.Uploads;

/// <summary>Reads from a ComfyUI graph what its sampler draws, as far as an order can say it.</summary>
internal static class GraphSettings
{
    private static readonly string[] s_samplers = ["KSampler", "KSamplerAdvanced"];

    /// <summary>The order of the graph's first sampler; null where it has none.</summary>
    public static PictureOrder? Read(JsonElement graph)
    {
        foreach (JsonProperty node in graph.EnumerateObject())
            if (Text(node.Value, "class_type") is string type && s_samplers.Contains(type) && Inputs(node.Value) is JsonElement inputs)
                return Order(graph, inputs);
        return null;
    }

    private static PictureOrder Order(JsonElement graph, JsonElement sampler)
    {
        JsonElement? latent = Linked(graph, sampler, "latent_image"), loader = Linked(graph, sampler, "model");
        return new PictureOrder
        {
            Prompt = Prompt(graph, sampler, "positive"),
            NegativePrompt = Prompt(graph, sampler, "negative"),
            Sampler = Text(sampler, "sampler_name"),
            Schedule = Text(sampler, "scheduler"),
            Steps = (int?)Number(sampler, "steps"),
            GuidanceScale = Number(sampler, "cfg"),
            Seed = Seed(sampler, "seed") ?? Seed(sampler, "noise_seed"),
            Width = latent is JsonElement wide ? (int?)Number(wide, "width") : null,
            Height = latent is JsonElement high ? (int?)Number(high, "height") : null,
            Model = loader is JsonElement checkpoint && Text(checkpoint, "ckpt_name") is string file ? Path.GetFileNameWithoutExtension(file) : null,
            Dialect = "comfyui",
            Noise = "comfyui",
        };
    }

    // Follows conditioning nodes to the first that has a text.
    private static string? Prompt(JsonElement graph, JsonElement inputs, string name)
    {
        JsonElement? at = Linked(graph, inputs, name);
        for (int depth = 0; at is JsonElement node && depth < 20; depth++)
        {
            if (Text(node, "text") is string text)
                return text;
            at = Linked(graph, node, "conditioning") ?? Linked(graph, node, "conditioning_1") ?? Linked(graph, node, "conditioning_to");
        }
        return null;
    }

    // The inputs of the node that an input is linked to.
    private static JsonElement? Linked(JsonElement graph, JsonElement inputs, string name) =>
        inputs.TryGetProperty(name, out JsonElement link) && link.ValueKind == JsonValueKind.Array && link.GetArrayLength() == 2
        && link[0].ValueKind == JsonValueKind.String && graph.TryGetProperty(link[0].GetString()!, out JsonElement node) ? Inputs(node) : null;

    private static JsonElement? Inputs(JsonElement node) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty("inputs", out JsonElement inputs) && inputs.ValueKind == JsonValueKind.Object ? inputs : null;

    private static string? Text(JsonElement node, string name) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement node, string name) =>
        node.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
        && Math.Abs(number) <= int.MaxValue ? number : null;

    private static ulong? Seed(JsonElement node, string name) =>
        node.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number) ? number : null;
}
