using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server.Http;

/// <summary>How an API writes an error. Metadata of its routes; without it errors are problem details (RFC 9457).</summary>
/// <param name="Write">Writes the whole response.</param>
internal sealed record ErrorForm(Func<HttpContext, Refusal, Task> Write)
{
    /// <summary>Our own: <c>application/problem+json</c>, whose title is the sentence.</summary>
    public static ErrorForm Problem { get; } = new((context, refusal) => Json(context, refusal.Status, "application/problem+json",
        JsonSerializer.Serialize(new ProblemBody("about:blank", refusal.Message, refusal.Status, refusal.Code, refusal.Field), ServerJson.Default.ProblemBody)));

    /// <summary>Writes JSON that is ready.</summary>
    public static Task Json(HttpContext context, int status, string contentType, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}

/// <summary>Problem details.</summary>
internal sealed record ProblemBody(string Type, string Title, int Status, string? Code, string? Field);
