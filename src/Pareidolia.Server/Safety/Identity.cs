using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server.Safety;

/// <summary>
/// Finds out who sends a request: by the cookie of a session, by <c>Authorization: Bearer</c> with an API token, or by HTTP Basic with a name and a
/// password, which clients of the web UI send.
/// </summary>
internal sealed class Identity(UserStore users, StudioOptions options, AuditLog audit)
{
    /// <summary>The session's cookie.</summary>
    public const string Cookie = "pareidolia_session";

    private const int MostFailures = 10;

    // Passwords are slow to compare on purpose; a client of HTTP Basic sends its own with each request.
    private static readonly TimeSpan s_remembers = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_forgives = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (User User, DateTime Until)> _known = new();
    private readonly ConcurrentDictionary<string, (int Count, DateTime Until)> _failures = new();

    /// <summary>Takes note of who it is.</summary>
    /// <exception cref="Refusal">Name and password, or the token, do not fit.</exception>
    public void Enter(HttpContext context)
    {
        if (!options.Auth || Find(context) is not User user)
            return;
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user.Name), new Claim(ClaimTypes.Role, user.Role.ToString())], "pareidolia"));
    }

    /// <summary>The user of a name and a password.</summary>
    /// <exception cref="Refusal">They do not fit, or did not too often.</exception>
    public User LogIn(HttpContext context, string name, string password)
    {
        string address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        (int failures, DateTime until) = _failures.GetValueOrDefault(address);
        if (failures >= MostFailures && DateTime.UtcNow < until)
            throw new Refusal(StatusCodes.Status429TooManyRequests, "Too many attempts to log in failed: wait a minute.") { RetryAfter = (int)s_forgives.TotalSeconds };
        if (users.Find(name, password) is User user)
        {
            _ = _failures.TryRemove(address, out _);
            return user;
        }
        _failures[address] = (DateTime.UtcNow < until ? failures + 1 : 1, DateTime.UtcNow + s_forgives);
        audit.Write(context, "login failed", name);
        throw new Refusal(StatusCodes.Status401Unauthorized, "The name and the password do not fit.");
    }

    private User? Find(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is string session && users.FindToken(session) is User logged)
            return logged;
        if (!AuthenticationHeaderValue.TryParse(context.Request.Headers.Authorization, out AuthenticationHeaderValue? header) || header.Parameter is null)
            return null;
        return header.Scheme.ToLowerInvariant() switch
        {
            "bearer" => users.FindToken(header.Parameter) ?? throw new Refusal(StatusCodes.Status401Unauthorized, "There is no such API token."),
            "basic" => Basic(context, header.Parameter),
            _ => null,
        };
    }

    private User Basic(HttpContext context, string parameter)
    {
        string key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(parameter)));
        if (_known.TryGetValue(key, out (User User, DateTime Until) known) && DateTime.UtcNow < known.Until)
            return known.User;
        User user = Decoded(parameter) is [string name, string password] ? LogIn(context, name, password)
            : throw new Refusal(StatusCodes.Status401Unauthorized, "The Authorization header is no HTTP Basic one.");
        _known[key] = (user, DateTime.UtcNow + s_remembers);
        return user;
    }

    private static string[] Decoded(string parameter)
    {
        byte[] bytes = new byte[parameter.Length];
        return Convert.TryFromBase64String(parameter, bytes, out int count) ? Encoding.UTF8.GetString(bytes, 0, count).Split(':', 2) : [];
    }
}
