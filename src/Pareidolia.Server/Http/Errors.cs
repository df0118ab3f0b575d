using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pareidolia.Server.Http;

/// <summary>Turns what a request throws into a sentence, in the form of the API that was asked.</summary>
internal static class Errors
{
    /// <summary>Puts it around all that follows.</summary>
    public static void UseErrors(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405 or 415, ContentLength: null, ContentType: null })
                await Answer(context, Unrouted(context)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads the answer.
        }
#pragma warning disable CA1031 // Every error becomes an answer; what is not the client's is logged.
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await Answer(context, Read(context, error)).ConfigureAwait(false);
        }
#pragma warning restore CA1031
    });

    private static Refusal Unrouted(HttpContext context) => context.Response.StatusCode switch
    {
        404 => Refusal.Missing($"There is nothing at {Shown(context.Request.Path)}."),
        405 => new Refusal(405, $"{context.Request.Method} is not possible at {Shown(context.Request.Path)}."),
        _ => new Refusal(415, $"A body of type '{Shown(context.Request.ContentType)}' is not read here."),
    };

    private static Refusal Read(HttpContext context, Exception error) => error switch
    {
        Refusal refusal => refusal,
        PareidoliaException => Refusal.Bad(error.Message),
        JsonException json => JsonBody.Explain(json),
        BadHttpRequestException { StatusCode: 413 } => new Refusal(413, "The request is larger than this server reads."),
        BadHttpRequestException bad => new Refusal(bad.StatusCode, bad.Message),
        InvalidDataException => Refusal.Bad(error.Message),
        _ => Unexpected(context, error),
    };

    private static Refusal Unexpected(HttpContext context, Exception error)
    {
        context.RequestServices.GetRequiredService<ILogger<ErrorForm>>().LogError(error, "{Method} {Path} failed.", context.Request.Method, context.Request.Path);
        return new Refusal(500, "An error of the program itself; the log of the server says more.");
    }

    private static Task Answer(HttpContext context, Refusal refusal)
    {
        ErrorForm form = FormOf(context);
        if (refusal.RetryAfter is int seconds)
            context.Response.Headers.RetryAfter = seconds.ToString();
        // A browser asks for name and password by itself only where a client of the web UI expects it.
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = form == ErrorForm.Problem ? "Bearer" : "Basic realm=\"pareidolia\"";
        return form.Write(context, refusal);
    }

    // What no route takes is answered as the routes beside it answer.
    private static ErrorForm FormOf(HttpContext context)
    {
        if (context.GetEndpoint() is RouteEndpoint own)
            return own.Metadata.GetMetadata<ErrorForm>() ?? ErrorForm.Problem;
        string start = Start(context.Request.Path.Value);
        return context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => Start(route.RoutePattern.RawText) == start).Select(route => route.Metadata.GetMetadata<ErrorForm>()).OfType<ErrorForm>().FirstOrDefault()
            ?? ErrorForm.Problem;
    }

    // By its first part an API is known, and below /api, where two are, by its second.
    private static string Start(string? path)
    {
        string[] parts = (path ?? "").ToLowerInvariant().Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts is ["api", string second, ..] ? $"api/{second}" : parts.FirstOrDefault() ?? "";
    }

    private static string Shown(string? text) => text is null ? "" : text.Length > 100 ? $"{text[..100]}..." : text;
}
