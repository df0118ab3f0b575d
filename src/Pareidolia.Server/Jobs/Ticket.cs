using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pareidolia.Server.Jobs;

/// <summary>What comes with a job besides its settings.</summary>
/// <param name="Owner">Who asks; null where nobody logs in.</param>
/// <param name="Key">What the sender calls the request, so that a repeated one makes no second job; null for nothing.</param>
/// <param name="Priority">Higher goes first.</param>
internal sealed record Ticket(string? Owner = null, string? Key = null, int Priority = 0)
{
    /// <summary>Tells whether two requests say the same.</summary>
    public static string HashOf(string kind, JsonElement settings) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{settings.GetRawText()}")));
}
