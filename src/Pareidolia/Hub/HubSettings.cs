namespace Pareidolia.Hub;

/// <summary>Where the hub is, where its files are kept, and who asks.</summary>
/// <param name="Endpoint">The hub's address.</param>
/// <param name="CacheFolder">The cache, in the layout that all of Hugging Face's libraries share.</param>
/// <param name="Token">What lets a user see private models; null for none. It is sent to the endpoint's own host alone.</param>
/// <param name="Offline">Whether nothing may be asked of the hub.</param>
public sealed record HubSettings(Uri Endpoint, string CacheFolder, string? Token = null, bool Offline = false)
{
    private const string PublicHub = "https://huggingface.co";

    /// <summary>
    /// What the environment says, by the names that Hugging Face's libraries read: <c>HF_ENDPOINT</c>; <c>HF_HUB_CACHE</c>, else
    /// <c>HF_HOME/hub</c>, else <c>~/.cache/huggingface/hub</c>; <c>HF_TOKEN</c>, else the file <c>HF_TOKEN_PATH</c> or <c>HF_HOME/token</c>;
    /// <c>HF_HUB_OFFLINE</c>.
    /// </summary>
    /// <param name="variable">Reads a variable; the process's own where it is not given.</param>
    /// <exception cref="PareidoliaException">The endpoint is no address.</exception>
    public static HubSettings FromEnvironment(Func<string, string?>? variable = null)
    {
        string? Read(params string[] names) =>
            names.Select(variable ?? Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value))?.Trim();
        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string home = Read("HF_HOME") ?? Path.Combine(Read("XDG_CACHE_HOME") ?? Path.Combine(user, ".cache"), "huggingface");
        string address = Read("HF_ENDPOINT") ?? PublicHub;
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new PareidoliaException($"HF_ENDPOINT is '{address}'; an address such as {PublicHub} is needed.");
        string tokenFile = Read("HF_TOKEN_PATH") ?? Path.Combine(home, "token");
        string? token = Read("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? (File.Exists(tokenFile) ? File.ReadAllText(tokenFile).Trim() : null);
        bool offline = Read("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON";
        return new HubSettings(endpoint, Read("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"),
            string.IsNullOrEmpty(token) ? null : token, offline);
    }
}
