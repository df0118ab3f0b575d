using Microsoft.AspNetCore.Http;
using Pareidolia.Server.Jobs;

namespace Pareidolia.Server.Http;

/// <summary>Writes server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
internal static class EventStream
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Begins the response: no cache, no buffering on the way.</summary>
    public static Task Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        return response.Body.FlushAsync(response.HttpContext.RequestAborted);
    }

    /// <summary>Writes one event.</summary>
    /// <param name="response">A response that has begun.</param>
    /// <param name="name">What happened; null for none.</param>
    /// <param name="data">One line.</param>
    public static async Task Write(HttpResponse response, string? name, string data)
    {
        string text = name is null ? $"data: {data}\n\n" : $"event: {name}\ndata: {data}\n\n";
        await response.WriteAsync(text, response.HttpContext.RequestAborted).ConfigureAwait(false);
        await response.Body.FlushAsync(response.HttpContext.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Passes on what happens until the client goes away, or until something was the last.</summary>
    /// <param name="response">A response that has begun.</param>
    /// <param name="watcher">Who hears it.</param>
    /// <param name="line">What is written of an event.</param>
    /// <param name="isLast">Whether nothing follows.</param>
    public static async Task Relay(HttpResponse response, JobEvents.Watcher watcher, Func<StudioEvent, string> line, Func<StudioEvent, bool> isLast)
    {
        CancellationToken gone = response.HttpContext.RequestAborted;
        while (!gone.IsCancellationRequested && !watcher.IsClosed)
        {
            StudioEvent? happened = await watcher.Next(s_heartbeat, gone).ConfigureAwait(false);
            if (happened is null)
                await response.WriteAsync(":\n\n", gone).ConfigureAwait(false);
            else
                await Write(response, happened.Name, line(happened)).ConfigureAwait(false);
            await response.Body.FlushAsync(gone).ConfigureAwait(false);
            if (happened is not null && isLast(happened))
                return;
        }
    }
}
