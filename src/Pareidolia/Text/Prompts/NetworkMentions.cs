using System.Globalization;
using System.Text;

namespace Pareidolia.Text.Prompts;

/// <summary>A network that a prompt asks for.</summary>
/// <param name="Kind">What it is, such as <c>lora</c>.</param>
/// <param name="Name">Its file's name without the ending.</param>
/// <param name="TextWeight">How strongly it changes the text encoders.</param>
/// <param name="UNetWeight">How strongly it changes the UNet.</param>
internal readonly record struct NetworkMention(string Kind, string Name, double TextWeight, double UNetWeight);

/// <summary>
/// <c>&lt;lora:name:weight&gt;</c> in prompts of the AUTOMATIC1111 web UI; a second number is the UNet's own weight, and
/// <c>te=0.5</c> or <c>unet=0.8</c> name theirs.
/// </summary>
internal static class NetworkMentions
{
    /// <summary>The networks that a prompt asks for, and the prompt without them.</summary>
    /// <exception cref="PareidoliaException">A weight is no number.</exception>
    public static (string Prompt, IReadOnlyList<NetworkMention> Found) Take(string prompt)
    {
        StringBuilder rest = new();
        List<NetworkMention> found = [];
        int at = 0;
        foreach ((int open, int colon, int close) in Places(prompt))
        {
            rest.Append(prompt, at, open - at);
            found.Add(Read(prompt[(open + 1)..colon], prompt[(colon + 1)..close]));
            at = close + 1;
        }
        rest.Append(prompt, at, prompt.Length - at);
        return (rest.ToString(), found);
    }

    /// <summary>Blanks them out.</summary>
    public static void Blank(PromptWords words)
    {
        foreach ((int open, _, int close) in Places(words.ToString()))
            words.Blank(open, close + 1);
    }

    private static IEnumerable<(int Open, int Colon, int Close)> Places(string prompt)
    {
        for (int open = prompt.IndexOf('<'); open >= 0;)
        {
            int colon = open + 1;
            while (colon < prompt.Length && (char.IsLetterOrDigit(prompt[colon]) || prompt[colon] == '_'))
                colon++;
            bool named = colon > open + 1 && colon < prompt.Length && prompt[colon] == ':';
            int close = named ? prompt.IndexOf('>', colon) : colon;
            if (close < 0)
                break;
            if (named && close > colon + 1)
                yield return (open, colon, close);
            open = prompt.IndexOf('<', close);
        }
    }

    private static NetworkMention Read(string kind, string parameters)
    {
        string[] all = parameters.Split(':');
        string[] plain = [.. all.Where(part => !part.Contains('=', StringComparison.Ordinal))];
        double text = Named("te") ?? (plain.Length > 1 ? Number(plain[1]) : 1);
        double unet = Named("unet") ?? (plain.Length > 2 ? Number(plain[2]) : text);
        return new NetworkMention(kind, plain.Length > 0 ? plain[0] : "", text, unet);

        double? Named(string name) =>
            all.LastOrDefault(part => part.StartsWith($"{name}=", StringComparison.Ordinal)) is string found ? Number(found[(name.Length + 1)..]) : null;

        double Number(string written) =>
            double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
                ? number
                : throw new PareidoliaException($"<{kind}:{parameters}>: '{written}' is no number; a weight such as 0.8 is needed.");
    }
}
