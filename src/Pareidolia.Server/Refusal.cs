using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server;

/// <summary>A request that cannot be served as it is. Each API writes it in its own form.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="sentence">One sentence: what it was, its value, what would be right.</param>
internal sealed class Refusal(int status, string sentence) : Exception(sentence)
{
    private const int MostSaid = 60;

    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Seconds after which to ask again; null where that would not help.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What the API's own clients call it, such as <c>required_input_missing</c>; null where it has no name.</summary>
    public string? Code { get; init; }

    /// <summary>The input that is at fault; null where none is.</summary>
    public string? Field { get; init; }

    /// <summary>What a client said, no longer than a sentence can bear.</summary>
    public static string Short(string said) => said.Length > MostSaid ? said[..MostSaid] : said;

    /// <summary>Something that is not there.</summary>
    public static Refusal Missing(string sentence) => new(StatusCodes.Status404NotFound, sentence);

    /// <summary>An input that makes no sense.</summary>
    public static Refusal Bad(string sentence, string? field = null) => new(StatusCodes.Status400BadRequest, sentence) { Field = field };
}
