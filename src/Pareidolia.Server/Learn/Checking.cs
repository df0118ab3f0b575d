namespace Pareidolia.Server.Learn;

/// <summary>Fields of orders, each in its bounds or refused in a sentence.</summary>
internal static class Checking
{
    /// <summary>A text that is not empty.</summary>
    /// <exception cref="Refusal">It is missing, or too long.</exception>
    public static string Text(string? text, string field, int longest) => text is { Length: > 0 } && text.Length <= longest ? text
        : throw Refusal.Bad($"{field} has {text?.Length ?? 0} characters; 1 to {longest} are needed.", field);

    /// <summary>A whole number.</summary>
    /// <exception cref="Refusal">It is out of range.</exception>
    public static int Whole(int? number, string field, int least, int usual, int most) => (number ?? usual) is int value && value >= least && value <= most ? value
        : throw Refusal.Bad($"{field} is {number}; a whole number from {least} to {most} is needed.", field);

    /// <summary>A seed; one by chance where there is none.</summary>
    public static ulong Seed(ulong? seed) => seed ?? (ulong)Random.Shared.NextInt64(1L << 32);
}
