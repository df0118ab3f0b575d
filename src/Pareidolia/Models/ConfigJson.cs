using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>What the configs of all models say in the same way: lists, and settings that only have one supported value.</summary>
internal static class ConfigJson
{
    /// <summary>One number for each level; a single number counts for all.</summary>
    /// <exception cref="PareidoliaException">There are other than 1 or <paramref name="levels"/> numbers.</exception>
    public static IReadOnlyList<int> PerLevel(this JsonConfig config, string key, int levels, int fallback)
    {
        IReadOnlyList<int> values = config.Ints(key, [fallback]);
        return Repeated(config, key, values, levels);
    }

    /// <summary>True or false for each level; a single one counts for all.</summary>
    /// <exception cref="PareidoliaException">There are other than 1 or <paramref name="levels"/> values.</exception>
    public static IReadOnlyList<bool> FlagPerLevel(this JsonConfig config, string key, int levels) =>
        Repeated(config, key, config.Bools(key, [false]), levels);

    /// <summary>Fails unless the keys are absent or null: settings of models that are not built here.</summary>
    public static void RequireAbsent(this JsonConfig config, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
            if (config.Has(key))
                throw new PareidoliaException($"'{config.Name}' sets \"{key}\", which is not supported; it should be absent or null.");
    }

    /// <summary>Fails unless the keys are absent, null or false.</summary>
    public static void RequireFalse(this JsonConfig config, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
            if (config.Bool(key, false))
                throw new PareidoliaException($"'{config.Name}': \"{key}\" is true, which is not supported.");
    }

    /// <summary>Fails unless the key is absent, null or one of the supported texts, which it gives; the first one where it is absent.</summary>
    public static string Choice(this JsonConfig config, string key, params ReadOnlySpan<string> supported)
    {
        string value = config.Text(key, supported[0])!;
        return supported.Contains(value)
            ? value
            : throw new PareidoliaException(
                $"'{config.Name}': \"{key}\" is \"{value}\", which is not supported; one of {string.Join(", ", supported.ToArray())} is.");
    }

    /// <summary>The same for the blocks of all levels.</summary>
    public static IReadOnlyList<string> BlockTypes(
        this JsonConfig config, string key, IReadOnlyList<string> fallback, int levels, params ReadOnlySpan<string> supported)
    {
        IReadOnlyList<string> types = config.Texts(key, fallback);
        foreach (string type in types)
            if (!supported.Contains(type))
                throw new PareidoliaException(
                    $"'{config.Name}': \"{key}\" has \"{type}\", which is not supported; {string.Join(", ", supported.ToArray())} are.");
        return types.Count == levels
            ? types
            : throw new PareidoliaException($"'{config.Name}': \"{key}\" has {types.Count} blocks, but \"block_out_channels\" has {levels} levels.");
    }

    /// <summary>A whole number, or null where the key is absent.</summary>
    public static int? OptionalInt(this JsonConfig config, string key) => config.Has(key) ? config.Int(key) : null;

    /// <summary>Writes a list of numbers.</summary>
    public static void WriteList(this Utf8JsonWriter json, string key, IEnumerable<int> values)
    {
        json.WriteStartArray(key);
        foreach (int value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>Writes one number for each level, or a single one where all are equal: older readers know only that.</summary>
    public static void WritePerLevel(this Utf8JsonWriter json, string key, IReadOnlyList<int> values)
    {
        if (values.All(value => value == values[0]))
            json.WriteNumber(key, values[0]);
        else
            json.WriteList(key, values);
    }

    /// <summary>The same for truths.</summary>
    public static void WritePerLevel(this Utf8JsonWriter json, string key, IReadOnlyList<bool> values)
    {
        if (values.All(value => value == values[0]))
        {
            json.WriteBoolean(key, values[0]);
            return;
        }
        json.WriteStartArray(key);
        foreach (bool value in values)
            json.WriteBooleanValue(value);
        json.WriteEndArray();
    }

    /// <summary>Writes a list of texts.</summary>
    public static void WriteList(this Utf8JsonWriter json, string key, IEnumerable<string> values)
    {
        json.WriteStartArray(key);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <summary>Writes a number, or null.</summary>
    public static void WriteOptional(this Utf8JsonWriter json, string key, double? value)
    {
        if (value is double number)
            json.WriteNumber(key, number);
        else
            json.WriteNull(key);
    }

    private static IReadOnlyList<T> Repeated<T>(JsonConfig config, string key, IReadOnlyList<T> values, int levels)
    {
        if (values.Count == 1)
            return [.. Enumerable.Repeat(values[0], levels)];
        return values.Count == levels
            ? values
            : throw new PareidoliaException(
                $"'{config.Name}': \"{key}\" has {values.Count} values; 1 is needed, or one for each of the {levels} levels.");
    }
}
