namespace Pareidolia.Hub;

/// <summary>A model on a hub, <c>owner/name</c>, at a revision: a branch, a tag or a commit.</summary>
/// <param name="Owner">Who owns it.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Revision">The revision; <c>main</c> unless <c>owner/name@revision</c> says otherwise.</param>
public sealed record HubName(string Owner, string Name, string Revision = HubName.Main)
{
    /// <summary>The revision that counts where none is named.</summary>
    public const string Main = "main";

    private const int LongestPart = 96;

    /// <summary>Owner and name.</summary>
    public string Id => $"{Owner}/{Name}";

    /// <summary>Its folder in the cache.</summary>
    internal string Folder => $"models--{Owner}--{Name}";

    /// <summary>Reads <c>owner/name</c> or <c>owner/name@revision</c>.</summary>
    /// <returns>Null where the text is neither.</returns>
    public static HubName? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] at = text.Split('@', 2), parts = at[0].Split('/');
        string revision = at.Length == 2 ? at[1] : Main;
        return parts is [string owner, string name] && IsPart(owner) && IsPart(name) && IsRevision(revision) ? new HubName(owner, name, revision) : null;
    }

    /// <summary>The same, or an error.</summary>
    /// <exception cref="PareidoliaException">The text is neither.</exception>
    public static HubName Parse(string text) => TryParse(text) ?? throw new PareidoliaException(
        $"'{text}' is no model of a hub; a name such as stabilityai/stable-diffusion-2-1 is needed, with @revision behind it if wanted.");

    /// <inheritdoc/>
    public override string ToString() => Revision == Main ? Id : $"{Id}@{Revision}";

    /// <summary>Whether a path from a server stays inside of the folder that it is put in, on every system.</summary>
    internal static bool IsSafePath(string path) =>
        path.Length is > 0 and <= 1000 && path.Split('/').All(part => part.Length is > 0 and <= 255 && part is not ("." or "..") && part[^1] is not ('.' or ' ')
            && !part.Any(letter => char.IsControl(letter) || letter is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|'));

    /// <summary>Whether a text is a hash in hexadecimal digits: a commit or a git blob (40), or SHA-256 (64).</summary>
    internal static bool IsHash(string? text) => text is { Length: 40 or 64 } && text.All(char.IsAsciiHexDigitLower);

    private static bool IsPart(string part) => part.Length is > 0 and <= LongestPart && part[0] is not ('.' or '-') && part[^1] is not ('.' or '-')
        && !part.Contains("..", StringComparison.Ordinal) && !part.Contains("--", StringComparison.Ordinal)
        && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private static bool IsRevision(string revision) => IsSafePath(revision) && !revision.Contains('@');
}
