using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Comfy;

/// <summary>ComfyUI's ids of prompts and ours of jobs: the same number, with and without hyphens; or a name that the client gave.</summary>
internal static class PromptId
{
    private const int Longest = 100;

    /// <summary>What a client calls a job.</summary>
    public static string Of(Job job) => JsonBody.Text(job.Settings, "promptId") ?? Guid.ParseExact(job.Id, "N").ToString("D");

    /// <summary>The job of an id; null where there is none.</summary>
    public static Job? Find(JobStore store, string id)
    {
        Job? job = Guid.TryParseExact(id, "D", out Guid guid) ? store.Find(guid.ToString("N")) : null;
        job ??= store.FindRequest(KeyOf(id))?.Job;
        return job?.Kind == GraphSettings.Kind ? job : null;
    }

    /// <summary>Under which the queue knows a prompt that the client named.</summary>
    /// <exception cref="Refusal">The name is too long.</exception>
    public static string KeyOf(string id) => id.Length <= Longest ? $"graph {id}"
        : throw Refusal.Bad($"The prompt_id has {id.Length} characters; at most {Longest} are kept.", "prompt_id");
}
