using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server.Safety;

/// <summary>Lets each address change things only so often: a bucket that fills as time goes by. Looking is free.</summary>
internal sealed class RequestRate(StudioOptions options)
{
    // So many seconds' worth may come at once.
    private const int Burst = 20;
    private const int MostAddresses = 10_000;

    private readonly ConcurrentDictionary<string, (double Left, DateTime At)> _buckets = new();

    /// <summary>Counts a request.</summary>
    /// <exception cref="Refusal">It is one too many.</exception>
    public void Count(HttpContext context)
    {
        if (options.ChangesPerSecond <= 0 || HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            return;
        if (_buckets.Count > MostAddresses)
            _buckets.Clear();
        double most = Burst * options.ChangesPerSecond;
        (double left, _) = _buckets.AddOrUpdate(context.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => (most - 1, DateTime.UtcNow),
            (_, bucket) => (Math.Min(most, bucket.Left + ((DateTime.UtcNow - bucket.At).TotalSeconds * options.ChangesPerSecond)) - 1, DateTime.UtcNow));
        if (left < -1)
            throw new Refusal(StatusCodes.Status429TooManyRequests, $"More than {options.ChangesPerSecond} requests a second that change something came from one address.") { RetryAfter = 1 };
    }
}
