using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server.Http;

/// <summary>Reads the parameters of a query; what is wrong with one is said in a sentence.</summary>
internal static class Asked
{
    /// <summary>A text; null where it is not there or empty.</summary>
    public static string? Text(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues values) && values.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A whole number within bounds.</summary>
    /// <exception cref="Refusal">It is none.</exception>
    public static int Whole(HttpRequest request, string name, int usual, int least, int most)
    {
        if (Text(request, name) is not string text)
            return usual;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number
            : throw Refusal.Bad($"{name} is '{text}'; a whole number from {least} to {most} is needed.", name);
    }

    /// <summary>Yes or no; null where it is not there.</summary>
    /// <exception cref="Refusal">It is neither.</exception>
    public static bool? Flag(HttpRequest request, string name) => Text(request, name)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        string text => throw Refusal.Bad($"{name} is '{text}'; true or false is needed.", name),
    };
}
