using System.Text.Json;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Models;

/// <summary>Jobs of kind <c>model</c>: a model comes into memory, or goes, between two other jobs.</summary>
internal sealed class ModelJobs(ModelShelf shelf)
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "model";

    /// <summary>Adds the kind.</summary>
    public void AddTo(JobKinds kinds) => kinds.Add(Kind, new JobKind((job, _) => Run(job).ToAsyncEnumerable()) { Complete = Complete });

    /// <summary>The settings of one.</summary>
    public static JsonElement Order(string? load) => JsonSerializer.SerializeToElement(new ModelOrder(load), ServerJson.Default.ModelOrder);

    private JsonElement Complete(JsonElement settings)
    {
        ModelOrder order = JsonBody.As(settings, ServerJson.Default.ModelOrder);
        return Order(order.Load is null ? null : shelf.Find(order.Load).Name);
    }

    private IEnumerable<JobStep> Run(Job job)
    {
        if (JsonBody.As(job.Settings, ServerJson.Default.ModelOrder).Load is string name)
            shelf.Load(new PictureOrder { Model = name, Prompt = "a" }).Dispose();
        else
            shelf.Unload();
        yield return new StepTaken(1, 1);
    }
}

/// <summary>What comes into memory; null for nothing.</summary>
internal sealed record ModelOrder(string? Load);
