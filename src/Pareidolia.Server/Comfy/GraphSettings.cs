using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Graph;
using Pareidolia.Graph.Validation;
using Pareidolia.Graph.Workflow;

namespace Pareidolia.Server.Comfy;

/// <summary>
/// The settings of jobs of kind "graph": <c>prompt</c> in ComfyUI's form or <c>workflow</c> as its page saves it; <c>extraInfo</c> that is written into
/// pictures; <c>targets</c>, the outputs that are to run; <c>clientId</c> and <c>promptId</c> of ComfyUI's clients.
/// </summary>
internal static class GraphSettings
{
    /// <summary>The kind of jobs.</summary>
    public const string Kind = "graph";

    /// <summary>Checks settings and completes them: what runs is a prompt whose outputs are sound.</summary>
    /// <exception cref="Refusal">No output can run; the message says why.</exception>
    public static JsonElement Complete(JsonElement settings, GraphRunner runner)
    {
        JsonObject complete = ComfyBody.Of(settings);
        if (complete["prompt"] is null && complete["workflow"] is JsonObject workflow)
        {
            complete["prompt"] = new WorkflowFile(workflow).ToPrompt().Json.DeepClone();
            complete["extraInfo"] ??= new JsonObject { ["workflow"] = workflow.DeepClone() };
        }
        GraphPrompt prompt = PromptOf(complete);
        GraphCheck check = runner.Check(prompt, Targets(complete));
        if (check.Fault is not null)
            throw Refusal.Bad(string.Join("; ", check.Sentences()), "prompt");
        complete["targets"] = new JsonArray([.. check.Outputs.Select(output => (JsonNode)output)]);
        return JsonElement.Parse(complete.ToJsonString());
    }

    /// <summary>The graph of settings.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public static GraphPrompt PromptOf(JsonObject settings) => settings["prompt"] is JsonObject prompt
        ? new GraphPrompt(prompt.DeepClone().AsObject())
        : throw Refusal.Bad("A job of kind 'graph' has no 'prompt' and no 'workflow': the nodes that are to run.", "prompt");

    /// <summary>The outputs that are to run; null for all.</summary>
    public static string[]? Targets(JsonObject settings) => settings["targets"] is JsonArray targets
        ? [.. targets.Where(target => target?.GetValueKind() == JsonValueKind.String).Select(target => target!.GetValue<string>())]
        : null;

    /// <summary>What a graph is to draw, for the gallery: the text behind the first sampler's positive input, as far as one can see.</summary>
    public static (string Prompt, ulong? Seed) Described(JsonObject prompt)
    {
        foreach ((_, JsonNode? node) in prompt)
            if ((node as JsonObject)?["inputs"] is JsonObject inputs && (inputs["seed"] ?? inputs["noise_seed"]) is JsonNode seed)
                return (TextBehind(prompt, inputs["positive"]), ulong.TryParse(seed.ToJsonString(), out ulong number) ? number : null);
        return ("", null);
    }

    private static string TextBehind(JsonObject prompt, JsonNode? link)
    {
        // A text may pass through some nodes on its way.
        for (int hops = 0; hops < 10 && link is JsonArray { Count: 2 } pair && prompt[pair[0]!.ToString()]?["inputs"] is JsonObject inputs; hops++)
        {
            if (inputs["text"]?.GetValueKind() == JsonValueKind.String)
                return inputs["text"]!.GetValue<string>();
            link = inputs["positive"] ?? inputs["conditioning"] ?? inputs["conditioning_to"] ?? inputs["conditioning_1"];
        }
        return "";
    }
}
