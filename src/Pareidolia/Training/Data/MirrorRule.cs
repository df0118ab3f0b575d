namespace Pareidolia.Training.Data;

/// <summary>
/// Decides which pictures may be mirrored. A mirrored letter, flag, clock face or arrow is a wrong picture under a right caption, so
/// the rule is strict, in two steps. First, the subject's group must be one whose drawings bear no text and have no fixed side: faces,
/// people, animals, plants, food, weather, clothes, household things. A picture without a known group is never mirrored. Second, no word
/// of its name, captions or keywords may point to text (sign, label, book, ticket ...), to a side (left, clockwise, facing ...; of a
/// person walking there is a picture "facing right" too), or to a thing whose two sides mean different things (clock, moon, map ...).
/// </summary>
public static class MirrorRule
{
    /// <summary>Groups of which every subgroup may be mirrored.</summary>
    private static readonly HashSet<string> Groups = ["animals-nature", "food-drink", "people-body"];

    /// <summary>Subgroups of other groups; those not named (flags, symbols, buildings, vehicles, games, medals ...) may not.</summary>
    private static readonly HashSet<(string Group, string Subgroup)> Subgroups =
    [
        ("smileys-emotion", "cat-face"), ("smileys-emotion", "face-affection"), ("smileys-emotion", "face-concerned"),
        ("smileys-emotion", "face-costume"), ("smileys-emotion", "face-glasses"), ("smileys-emotion", "face-hand"),
        ("smileys-emotion", "face-hat"), ("smileys-emotion", "face-negative"), ("smileys-emotion", "face-neutral-skeptical"),
        ("smileys-emotion", "face-sleepy"), ("smileys-emotion", "face-smiling"), ("smileys-emotion", "face-tongue"),
        ("smileys-emotion", "face-unwell"), ("smileys-emotion", "heart"), ("smileys-emotion", "monkey-face"),
        ("activities", "arts-crafts"), ("activities", "event"), ("activities", "sport"),
        ("travel-places", "sky-weather"), ("travel-places", "place-geographic"), ("travel-places", "transport-water"),
        ("objects", "clothing"), ("objects", "household"), ("objects", "lock"), ("objects", "musical-instrument"), ("objects", "tool"),
    ];

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "text", "word", "words", "letter", "letters", "number", "numbers", "digit", "digits", "numeral", "alphabet", "abc", "script",
        "sign", "signs", "label", "logo", "brand", "writing", "write", "handwriting", "print", "book", "books", "newspaper", "calendar",
        "date", "card", "cards", "ticket", "tickets", "envelope", "mail", "post", "chalkboard", "blackboard",
        "teacher", "police", "firefighter", "technologist", "superhero", "shirt",
        "canned", "carton", "beverage", "box", "takeout", "bottle", "milk", "salt", "soap", "chocolate", "fortune", "extinguisher",
        "thermometer", "tanabata", "money", "dollar", "yen", "euro", "pound",
        "symbol", "symbols", "ok", "no", "zzz", "hundred", "100",
        "left", "right", "leftward", "leftwards", "rightward", "rightwards", "clockwise", "counterclockwise", "anticlockwise", "facing",
        "direction", "walking", "running", "kneeling", "cane", "wheelchair", "arrow", "arrows", "east", "west", "eastern", "western",
        "clock", "watch", "time", "moon", "crescent", "map", "globe", "flag", "flags", "chart", "graph", "piano", "keyboard", "ruler",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Forbidden = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a picture may be mirrored.</summary>
    public static bool Allows(CaptionRecord record) =>
        (Groups.Contains(record.Group) || Subgroups.Contains((record.Group, record.Subgroup)))
        && !HasForbiddenWord(record.Name)
        && !record.Captions.Any(HasForbiddenWord)
        && !record.Keywords.Any(HasForbiddenWord);

    private static bool HasForbiddenWord(string text)
    {
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
                continue;
            if (i > start && Forbidden.Contains(text.AsSpan(start, i - start)))
                return true;
            start = i + 1;
        }
        return false;
    }
}
