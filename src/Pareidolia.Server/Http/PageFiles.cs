using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Pareidolia.Server.Safety;

namespace Pareidolia.Server.Http;

/// <summary>The page of <c>web/</c>, as files. Where they are not, the root says so.</summary>
internal static class PageFiles
{
    private const string NoPage = """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Pareidolia</title>
        <h1>Pareidolia</h1><p>The server runs, but its page was not built: see docs/server.md. Programs use <a href="/openapi/v1.json">the API</a>.</p></html>
        """;

    // What begins so is an API's, and what is not there is not the page.
    private static readonly string[] s_apis = ["/api", "/sdapi", "/v1", "/mcp", "/openapi", "/internal", "/metrics", "/healthz"];

    /// <summary>Serves the files, and the page itself for addresses that it reads.</summary>
    public static void UsePage(this WebApplication app, string? folder)
    {
        string? index = folder is null ? null : Path.Combine(folder, "index.html");
        if (folder is not null && File.Exists(index))
            _ = app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(Path.GetFullPath(folder)), OnPrepareResponse = Cache });
        _ = app.MapGet("/", () => Page(index)).ExcludeFromDescription().WithMetadata(new OpenToAll());
        _ = app.Use(async (context, next) =>
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is not { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } || !IsPage(context))
                return;
            context.Response.StatusCode = StatusCodes.Status200OK;
            await Page(index).ExecuteAsync(context).ConfigureAwait(false);
        });
    }

    private static IResult Page(string? index) =>
        File.Exists(index) ? Results.File(Path.GetFullPath(index), "text/html; charset=utf-8") : Results.Content(NoPage, "text/html; charset=utf-8");

    // What a browser goes to and no route has: an address that the page itself reads.
    private static bool IsPage(HttpContext context) => context.GetEndpoint() is null && HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && !Path.HasExtension(context.Request.Path)
        && !s_apis.Any(api => context.Request.Path.StartsWithSegments(api, StringComparison.OrdinalIgnoreCase));

    // Vite puts a hash into the names of all but the page itself.
    private static void Cache(Microsoft.AspNetCore.StaticFiles.StaticFileResponseContext file) => file.Context.Response.Headers.CacheControl =
        file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
}
