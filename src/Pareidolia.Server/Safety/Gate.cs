using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pareidolia.Server.Safety;

/// <summary>What every request passes: where it comes from, who sends it, whether they may, whether they ask too often.</summary>
internal static class Gate
{
    // Nothing but our own files and pictures; no inline script, no frames, no plug-ins.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
        + "worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Puts it before all routes.</summary>
    public static void UseGate(this WebApplication app)
    {
        StudioOptions options = app.Services.GetRequiredService<StudioOptions>();
        Identity identity = app.Services.GetRequiredService<Identity>();
        RequestRate rate = app.Services.GetRequiredService<RequestRate>();
        AuditLog audit = app.Services.GetRequiredService<AuditLog>();
        _ = app.Use(async (context, next) =>
        {
            AddHeaders(context.Response.Headers);
            if (RequestOrigin.Fault(context.Request, options) is string fault)
            {
                audit.Write(context, "refused", $"{context.Request.Method} {context.Request.Path}: {fault}");
                throw new Refusal(StatusCodes.Status403Forbidden, fault);
            }
            if (AllowsOrigin(context, options))
                return;
            rate.Count(context);
            identity.Enter(context);
            RequireRole(context, options);
            await next(context).ConfigureAwait(false);
        });
    }

    /// <summary>Marks routes that only some may use, whatever their method.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder routes, Role role)
        where TBuilder : IEndpointConventionBuilder => routes.WithMetadata(new RoleNeeded(role));

    /// <summary>Fails unless the one who asks has a role, where anyone is asked who they are.</summary>
    public static void Require(HttpContext context, Role needed)
    {
        if (!context.RequestServices.GetRequiredService<StudioOptions>().Auth)
            return;
        if (context.User.FindFirstValue(ClaimTypes.Role) is not string role)
            throw new Refusal(StatusCodes.Status401Unauthorized, "Log in first, or send an API token.");
        if (Enum.Parse<Role>(role) < needed)
            throw new Refusal(StatusCodes.Status403Forbidden, $"{context.User.Identity!.Name} may not do this: it needs the role {needed.ToString().ToLowerInvariant()}.");
    }

    /// <summary>Fails unless the user made it or may change what others made.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="owner">Who made it.</param>
    public static void RequireOwner(HttpContext context, string? owner)
    {
        if (!MayChange(context, owner))
            throw new Refusal(StatusCodes.Status403Forbidden, $"This belongs to {owner ?? "nobody"}; only they and administrators may change it.");
    }

    /// <summary>Whether the user made it or may change what others made; anyone may where nobody logs in.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="owner">Who made it.</param>
    public static bool MayChange(HttpContext context, string? owner) =>
        context.User.Identity?.Name is not string name || name == owner || context.User.IsInRole(nameof(Role.Admin));

    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
    }

    // Pages of other sites that the operator named; true where the request only asks whether it may.
    private static bool AllowsOrigin(HttpContext context, StudioOptions options)
    {
        string? origin = context.Request.Headers.Origin;
        if (string.IsNullOrEmpty(origin) || !options.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase))
            return false;
        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        headers.Vary = "Origin";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (!HttpMethods.IsOptions(context.Request.Method) || !context.Request.Headers.ContainsKey("Access-Control-Request-Method"))
            return false;
        headers.AccessControlAllowMethods = "GET, POST, PATCH, DELETE";
        headers.AccessControlAllowHeaders = "authorization, content-type, idempotency-key";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    private static void RequireRole(HttpContext context, StudioOptions options)
    {
        if (context.GetEndpoint() is not { } endpoint)
            return;
        bool reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (options.ReadOnly && !reads && endpoint.Metadata.GetMetadata<OpenToAll>() is null)
            throw new Refusal(StatusCodes.Status403Forbidden, "This server only shows what is there (--read-only).");
        if (endpoint.Metadata.GetMetadata<OpenToAll>() is null)
            Require(context, endpoint.Metadata.GetMetadata<RoleNeeded>()?.Role ?? (reads ? Role.Viewer : Role.Artist));
    }
}

/// <summary>Routes that need a role.</summary>
internal sealed record RoleNeeded(Role Role);

/// <summary>Routes that need none: the page's own files, the health of the server, logging in.</summary>
internal sealed record OpenToAll;
