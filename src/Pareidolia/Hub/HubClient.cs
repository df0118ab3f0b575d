using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Pareidolia.Hub;

/// <summary>Asks a hub: which files a model has, and for their bytes. The protocol is that of huggingface.co and its mirrors.</summary>
public sealed class HubClient : IDisposable
{
    private const int RedirectLimit = 5;
    private const int ListLimit = 64 << 20;

    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(30);

    private readonly HubSettings _settings;
    private readonly HttpClient _http;

    /// <summary>A client of the hub that the settings name.</summary>
    public HubClient(HubSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        // Redirects are followed by hand: the token must not go to another host.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = s_answerWithin }) { Timeout = s_answerWithin };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("pareidolia", typeof(HubClient).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>A model's commit and files.</summary>
    /// <exception cref="PareidoliaException">The hub refuses, cannot be reached, or names files that would leave their folder.</exception>
    public HubRevision Revision(HubName name, CancellationToken cancelled = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        Uri address = new(_settings.Endpoint, $"api/models/{name.Id}/revision/{Uri.EscapeDataString(name.Revision)}?blobs=true");
        using HttpResponseMessage response = Reach(address, name, cancelled);
        Require(response, name, "");
        using Stream body = response.Content.ReadAsStream(cancelled);
        using MemoryStream text = new();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = body.Read(buffer)) > 0; text.Write(buffer, 0, read))
            if (text.Length > ListLimit)
                throw new PareidoliaException($"The list of files of {name} has over {ListLimit} bytes.");
        return Parse(text.ToArray(), name);
    }

    /// <summary>Opens a file's bytes from a place on. The answer's status tells whether they begin there (206) or at the start (200).</summary>
    internal HttpResponseMessage Open(HubName name, string commit, string file, long from, CancellationToken cancelled)
    {
        string path = string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
        return Send(new Uri(_settings.Endpoint, $"{name.Id}/resolve/{commit}/{path}"), from, name, cancelled);
    }

    /// <summary>Fails where the hub's answer is a refusal, with what to do about it.</summary>
    internal void Require(HttpResponseMessage response, HubName name, string file)
    {
        if (response.IsSuccessStatusCode)
            return;
        string what = file.Length == 0 ? name.ToString() : $"{file} of {name}", code = response.Headers.TryGetValues("X-Error-Code", out IEnumerable<string>? values) ? values.First() : "";
        string token = _settings.Token is null ? "no token was sent: set HF_TOKEN" : "the token that was sent may not see it";
        throw new PareidoliaException((response.StatusCode, code) switch
        {
            (_, "RevisionNotFound") => $"{name.Id} has no revision '{name.Revision}' on {_settings.Endpoint.Host}.",
            (_, "GatedRepo") => $"{name.Id} is gated: accept its terms at {new Uri(_settings.Endpoint, name.Id)} first ({token}).",
            (HttpStatusCode.Unauthorized, _) => $"{_settings.Endpoint.Host} has no public model {what} (401); {token}.",
            (HttpStatusCode.Forbidden, _) => $"{_settings.Endpoint.Host} does not give {what} (403); {token}.",
            (HttpStatusCode.NotFound, _) => $"{_settings.Endpoint.Host} has no {what} (404).",
            _ => $"{_settings.Endpoint.Host} answered {(int)response.StatusCode} for {what}.",
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static HubRevision Parse(byte[] json, HubName name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string? commit = root.GetProperty("sha").GetString();
            if (!HubName.IsHash(commit))
                throw new PareidoliaException($"The hub gives {name} a commit that is no hash.");
            return new HubRevision(commit!, [.. root.GetProperty("siblings").EnumerateArray().Select(file => File(file, name))]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PareidoliaException($"The hub's list of the files of {name} cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    private static HubFile File(JsonElement file, HubName name)
    {
        string path = file.GetProperty("rfilename").GetString() ?? "";
        if (!HubName.IsSafePath(path))
            throw new PareidoliaException($"The hub lists a file of {name} whose name is not safe: '{string.Concat(path.Take(80).Select(letter => char.IsControl(letter) ? '?' : letter))}'.");
        bool isLarge = file.TryGetProperty("lfs", out JsonElement lfs) && lfs.ValueKind == JsonValueKind.Object;
        string? hash = isLarge ? Text(lfs, "sha256") ?? Text(lfs, "oid") : Text(file, "blobId");
        return new HubFile(path, Number(file, "size") ?? (isLarge ? Number(lfs, "size") : null), HubName.IsHash(hash) ? hash : null);
    }

    private static string? Text(JsonElement from, string key) =>
        from.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement from, string key) =>
        from.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? number : null;

    // The first answer's headers about the file are put on the last one, which may come from another host.
    private HttpResponseMessage Send(Uri address, long from, HubName name, CancellationToken cancelled)
    {
        if (_settings.Offline)
            throw new PareidoliaException($"{name} cannot be pulled: HF_HUB_OFFLINE is set.");
        (string Key, string Value)[] facts = [];
        for (int hop = 0; hop <= RedirectLimit; hop++)
        {
            HttpResponseMessage response = SendOnce(address, from, cancelled);
            facts = hop == 0 ? Facts(response) : facts;
            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not Uri next)
            {
                foreach ((string key, string value) in hop == 0 ? [] : facts)
                    _ = response.Headers.Remove(key) | response.Headers.TryAddWithoutValidation(key, value);
                return response;
            }
            response.Dispose();
            Uri target = new(address, next);
            if (target.Scheme != address.Scheme && target.Scheme != "https")
                throw new PareidoliaException($"{address.Host} leads from a safe address to {target.Scheme}://{target.Host}, which is not followed.");
            address = target;
        }
        throw new PareidoliaException($"{_settings.Endpoint.Host} leads in circles for {name}: over {RedirectLimit} redirects.");
    }

    private HttpResponseMessage Reach(Uri address, HubName name, CancellationToken cancelled)
    {
        try
        {
            return Send(address, from: 0, name, cancelled);
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancelled.IsCancellationRequested))
        {
            throw new PareidoliaException($"{_settings.Endpoint.Host} cannot be reached for {name}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    private HttpResponseMessage SendOnce(Uri address, long from, CancellationToken cancelled)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        bool own = address.Host == _settings.Endpoint.Host && address.Port == _settings.Endpoint.Port && address.Scheme == _settings.Endpoint.Scheme;
        if (own && _settings.Token is string token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        return _http.Send(request, HttpCompletionOption.ResponseHeadersRead, cancelled);
    }

    private static (string, string)[] Facts(HttpResponseMessage response) => [.. ((string[])["X-Linked-Etag", "X-Repo-Commit", "X-Linked-Size"])
        .Where(response.Headers.Contains).Select(key => (key, response.Headers.GetValues(key).First()))];
}
