using System.Text;
using System.Text.Json;

namespace Pareidolia.Weights;

/// <summary>
/// A JSON object read with types: a model's <c>config.json</c>, <c>model_index.json</c> or a recipe. A key whose value is null counts
/// as absent. Every error names the file, the key, what stands there and what is needed. Comments and trailing commas are accepted,
/// since people write such files too; a key given twice is not. Python's NaN and Infinity count as absent: there they say "no bound".
/// </summary>
public sealed class JsonConfig
{
    /// <summary>Largest file that is read, in bytes: the index of a model in a thousand shards is far smaller.</summary>
    private const long SizeLimit = 64 << 20;

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    private static readonly string[] Infinities = ["-Infinity", "Infinity", "NaN"];

    private readonly JsonElement _object;
    private readonly string _prefix;

    private JsonConfig(string name, JsonElement value, string prefix)
    {
        Name = name;
        _object = value;
        _prefix = prefix;
    }

    /// <summary>The file this came from, as errors name it.</summary>
    public string Name { get; }

    /// <summary>The keys that have a value, in the order of the file.</summary>
    public IReadOnlyList<string> Keys =>
        [.. _object.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).Select(member => member.Name)];

    /// <summary>Reads a file.</summary>
    /// <exception cref="PareidoliaException">It is missing, unreadable, over 64 MiB, or not one JSON object.</exception>
    public static JsonConfig Load(string path)
    {
        try
        {
            using StreamReader file = File.OpenText(path);
            long length = file.BaseStream.Length;
            if (length > SizeLimit)
                throw new PareidoliaException($"'{path}' has {length} bytes; a configuration file has at most {SizeLimit}.");
            return Parse(file.ReadToEnd(), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read '{path}': {error.Message}", error);
        }
    }

    /// <summary>Reads a text; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="PareidoliaException">It is not one JSON object.</exception>
    public static JsonConfig Parse(string json, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(HasInfinities(json) ? WithoutInfinities(json) : json, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonConfig(name, document.RootElement.Clone(), "")
                : throw new PareidoliaException($"'{name}' holds {Describe(document.RootElement)}; a JSON object {{...}} is needed.");
        }
        catch (JsonException error)
        {
            throw new PareidoliaException($"'{name}' is not valid JSON: {error.Message}", error);
        }
    }

    /// <summary>Whether the key is there with a value other than null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A whole number; 8.0 counts as 8.</summary>
    /// <exception cref="PareidoliaException">The key is absent and there is no fallback, or it holds something else.</exception>
    public int Int(string key, int? fallback = null) => Read(key, fallback, "a whole number", AsInt);

    /// <summary>A finite number.</summary>
    /// <exception cref="PareidoliaException">The key is absent and there is no fallback, or it holds something else.</exception>
    public double Double(string key, double? fallback = null) => Read(key, fallback, "a number", AsDouble);

    /// <summary>True or false.</summary>
    /// <exception cref="PareidoliaException">The key is absent and there is no fallback, or it holds something else.</exception>
    public bool Bool(string key, bool? fallback = null) => Read(key, fallback, "true or false", AsBool);

    /// <summary>A text, or the fallback where the key is absent.</summary>
    /// <exception cref="PareidoliaException">The key holds something else.</exception>
    public string? Text(string key, string? fallback = null) =>
        Find(key) is JsonElement value ? AsText(value) ?? throw Wrong(key, value, "a text") : fallback;

    /// <summary>A list of whole numbers; a single number reads as a list of one.</summary>
    /// <exception cref="PareidoliaException">The key is absent and there is no fallback, or it holds something else.</exception>
    public IReadOnlyList<int> Ints(string key, IReadOnlyList<int>? fallback = null) =>
        ReadList(key, fallback, "a whole number or a list of them", value => AsInt(value));

    /// <summary>A list of finite numbers; a single number reads as a list of one.</summary>
    /// <exception cref="PareidoliaException">The key is absent and there is no fallback, or it holds something else.</exception>
    public IReadOnlyList<double> Doubles(string key, IReadOnlyList<double>? fallback = null) =>
        ReadList(key, fallback, "a number or a list of them", value => AsDouble(value));

    /// <summary>A list of truths; a single one reads as a list of one.</summary>
    /// <exception cref="PareidoliaException">The key is absent and there is no fallback, or it holds something else.</exception>
    public IReadOnlyList<bool> Bools(string key, IReadOnlyList<bool>? fallback = null) =>
        ReadList(key, fallback, "true or false or a list of them", AsBool);

    /// <summary>A list of texts; a single text reads as a list of one.</summary>
    /// <exception cref="PareidoliaException">The key is absent and there is no fallback, or it holds something else.</exception>
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string>? fallback = null)
    {
        if (Find(key) is not JsonElement value)
            return fallback ?? throw Missing(key, "a text or a list of them");
        return [.. Items(value).Select(item => AsText(item) ?? throw Wrong(key, value, "a text or a list of them"))];
    }

    /// <summary>The object under a key, or null where it is absent. Errors name its keys as <c>outer.inner</c>.</summary>
    /// <exception cref="PareidoliaException">The key holds something else.</exception>
    public JsonConfig? Section(string key)
    {
        if (Find(key) is not JsonElement value)
            return null;
        return value.ValueKind == JsonValueKind.Object
            ? new JsonConfig(Name, value, $"{_prefix}{key}.")
            : throw Wrong(key, value, "an object {...}");
    }

    /// <summary>Writes the object as it was read.</summary>
    internal void WriteTo(Utf8JsonWriter json) => _object.WriteTo(json);

    /// <summary>This config and, for the keys that it lacks, another one.</summary>
    internal JsonConfig Over(JsonConfig other)
    {
        IEnumerable<JsonProperty> rest = other._object.EnumerateObject().Where(member => !Has(member.Name));
        IEnumerable<string> members = _object.EnumerateObject().Concat(rest).DistinctBy(member => member.Name).Select(member => member.ToString());
        return Parse($"{{{string.Join(",", members)}}}", Name);
    }

    /// <summary>The items of a list, null for each that is no text; null where the key holds no list.</summary>
    internal IReadOnlyList<string?>? TextsOrNulls(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(AsText)] : null;

    private static bool HasInfinities(string json) =>
        json.Contains("Infinity", StringComparison.Ordinal) || json.Contains("NaN", StringComparison.Ordinal);

    // Python writes words that JSON does not have; those outside of texts become null.
    private static string WithoutInfinities(string json)
    {
        StringBuilder clean = new(json.Length);
        bool quoted = false;
        for (int i = 0; i < json.Length; i++)
        {
            string word = quoted ? "" : Array.Find(Infinities, word => string.CompareOrdinal(json, i, word, 0, word.Length) == 0) ?? "";
            clean.Append(word.Length > 0 ? "null" : json[i]);
            if (quoted && json[i] == '\\' && i + 1 < json.Length)
                clean.Append(json[++i]);
            else if (json[i] == '"')
                quoted = !quoted;
            i += Math.Max(0, word.Length - 1);
        }
        return clean.ToString();
    }

    private JsonElement? Find(string key) =>
        _object.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private T Read<T>(string key, T? fallback, string needed, Func<JsonElement, T?> parse) where T : struct
    {
        if (Find(key) is JsonElement value)
            return parse(value) ?? throw Wrong(key, value, needed);
        return fallback ?? throw Missing(key, needed);
    }

    private IReadOnlyList<T> ReadList<T>(string key, IReadOnlyList<T>? fallback, string needed, Func<JsonElement, T?> parse)
        where T : struct
    {
        if (Find(key) is not JsonElement value)
            return fallback ?? throw Missing(key, needed);
        return [.. Items(value).Select(item => parse(item) ?? throw Wrong(key, value, needed))];
    }

    private static IEnumerable<JsonElement> Items(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    private static int? AsInt(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
            return null;
        if (value.TryGetInt32(out int whole))
            return whole;
        double number = value.GetDouble();
        return number == (int)number ? (int)number : null;
    }

    private static double? AsDouble(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? value.GetDouble() : null;

    private static bool? AsBool(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static string? AsText(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape, is no text.
            return null;
        }
    }

    private PareidoliaException Missing(string key, string needed) => new($"'{Name}' has no \"{_prefix}{key}\"; {needed} is needed.");

    private PareidoliaException Wrong(string key, JsonElement value, string needed) =>
        new($"'{Name}': \"{_prefix}{key}\" is {Describe(value)}; {needed} is needed.");

    private static string Describe(JsonElement value)
    {
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 60 ? text : $"{text.AsSpan(0, 57)}...";
    }
}
