namespace Pareidolia.Server.Http;

/// <summary>Pictures inside JSON: base64, with or without <c>data:image/png;base64,</c> before it.</summary>
internal static class Base64Picture
{
    /// <summary>The bytes of the file.</summary>
    /// <param name="text">What stands in the JSON.</param>
    /// <param name="field">Where.</param>
    /// <exception cref="Refusal">It is no base64. Addresses are not fetched: a server that fetches what it is told reaches what it should not.</exception>
    public static byte[] Bytes(string text, string field)
    {
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            throw new Refusal(422, $"{field} is an address; pictures are not fetched from elsewhere: send its file as base64.") { Field = field };
        int comma = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.IndexOf(',', StringComparison.Ordinal) : -1;
        try
        {
            return Convert.FromBase64String(text[(comma + 1)..]);
        }
        catch (FormatException)
        {
            throw new Refusal(422, $"{field} is no base64.") { Field = field };
        }
    }
}
