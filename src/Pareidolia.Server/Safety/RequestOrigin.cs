using System.Net;
using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server.Safety;

/// <summary>
/// Whether a request was meant for this server, by who sent it. A page of another site can make a browser send requests here (cross-site request
/// forgery), and a name of its own that points here can make the browser take the answers for that page's (DNS rebinding).
/// </summary>
internal static class RequestOrigin
{
    /// <summary>Why it was not meant; null where it may pass.</summary>
    public static string? Fault(HttpRequest request, StudioOptions options)
    {
        if (!IsKnown(request.Host, options))
            return $"The request is for the host '{Shown(request.Host.Value)}', which this server does not know: name it with --host, or use an address.";
        string? origin = request.Headers.Origin;
        if (!string.IsNullOrEmpty(origin))
            return IsSame(origin, request, options) ? null : $"The request comes from a page of another site, '{Shown(origin)}'.";
        // A browser without an Origin says at least where the request comes from; a link that someone follows is no such request.
        string site = request.Headers["Sec-Fetch-Site"].ToString(), mode = request.Headers["Sec-Fetch-Mode"].ToString();
        return site is "cross-site" or "same-site" && !(mode == "navigate" && HttpMethods.IsGet(request.Method))
            ? "The request comes from a page of another site." : null;
    }

    // An address cannot be rebound; of names only known ones are ours.
    private static bool IsKnown(HostString host, StudioOptions options) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Host.Trim('[', ']'), out _)
        || options.Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase);

    private static bool IsSame(string origin, HttpRequest request, StudioOptions options)
    {
        if (options.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase))
            return true;
        return Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            && uri.Authority.Equals(Authority(request, uri), StringComparison.OrdinalIgnoreCase);
    }

    private static string Authority(HttpRequest request, Uri uri) =>
        request.Host.Port is int port && port != (uri.Scheme == "https" ? 443 : 80) ? $"{request.Host.Host}:{port}" : request.Host.Host;

    private static string Shown(string? text) => text is null ? "" : text.Length > 100 ? text[..100] : text;
}
