using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.Safety;

/// <summary><c>/api/v1/session</c>: logging in and out; <c>/api/v1/audit</c>: who did what.</summary>
internal static class SessionApi
{
    /// <summary>Adds the routes.</summary>
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("/api/v1/session").WithTags("Users").WithMetadata(new OpenToAll());
        _ = group.MapPost("/", LogIn).Accepts<Credentials>("application/json").Produces<SessionView>().WithSummary("Log in: the answer sets a cookie.");
        _ = group.MapGet("/", (HttpContext context, StudioOptions options) => Results.Json(SessionView.Of(context, options), ServerJson.Default.SessionView))
            .Produces<SessionView>().WithSummary("Who is logged in.");
        _ = group.MapDelete("/", LogOut).Produces(204).WithSummary("Log out.");
        _ = routes.MapGet("/api/v1/audit", (HttpContext context, AuditLog audit) => Results.Json(
                [.. audit.Newest(Asked.Whole(context.Request, "limit", 100, 1, 10_000))], ServerJson.Default.AuditLineArray))
            .Produces<AuditLine[]>().WithTags("Users").Needs(Role.Admin).WithSummary("Who did what, and what was refused; the newest first.");
    }

    private static async Task<IResult> LogIn(HttpContext context, Identity identity, UserStore users, StudioOptions options, AuditLog audit)
    {
        Credentials given = await JsonBody.Read(context, ServerJson.Default.Credentials).ConfigureAwait(false);
        if (!options.Auth)
            return Results.Json(SessionView.Of(context, options), ServerJson.Default.SessionView);
        User user = identity.LogIn(context, given.User ?? "", given.Password ?? "");
        (string token, DateTimeOffset expires) = users.AddSession(user.Name);
        context.Response.Cookies.Append(Identity.Cookie, token, new CookieOptions
        {
            HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Expires = expires, Path = "/",
        });
        audit.Write(context, "login", user.Name);
        return Results.Json(new SessionView(user.Name, [NameOf(user.Role)], true), ServerJson.Default.SessionView);
    }

    private static IResult LogOut(HttpContext context, UserStore users)
    {
        if (context.Request.Cookies[Identity.Cookie] is string token)
            users.RemoveToken(token);
        context.Response.Cookies.Delete(Identity.Cookie);
        return Results.NoContent();
    }

    private static string NameOf(Role role) => role.ToString().ToLowerInvariant();
}

/// <summary>A name and a password.</summary>
internal sealed record Credentials(string? User, string? Password);

/// <summary>Who is logged in.</summary>
/// <param name="User">Null for nobody.</param>
/// <param name="Roles">Theirs.</param>
/// <param name="AuthRequired">Whether somebody has to be.</param>
internal sealed record SessionView(string? User, IReadOnlyList<string> Roles, bool AuthRequired)
{
    /// <summary>Who it is.</summary>
    public static SessionView Of(HttpContext context, StudioOptions options)
    {
        string[] roles = options.Auth ? [.. Enum.GetValues<Role>().Where(role => context.User.IsInRole(role.ToString())).Select(role => role.ToString().ToLowerInvariant())] : ["admin"];
        return new SessionView(context.User.Identity?.Name, roles, options.Auth);
    }
}
