using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pareidolia.Server.Http;

/// <summary>Numbers that are finite: <c>1e999</c> is JSON, but nothing that could be drawn with or written down again.</summary>
internal sealed class FiniteConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNumbers.Finite(JsonNumbers.Written(ref reader, options)) ?? throw new JsonException("A finite number is needed.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>Whole numbers, also where a client writes them with a fraction of nothing: <c>20.0</c>.</summary>
internal sealed class WholeConverter<T> : JsonConverter<T>
    where T : struct, IBinaryInteger<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = JsonNumbers.Written(ref reader, options);
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T whole))
            return whole;
        // What does not fit, or has a fraction, is not the same after the way there and back.
        double? number = JsonNumbers.Finite(text);
        whole = T.CreateSaturating(number ?? 0);
        return number == double.CreateSaturating(whole) ? whole : throw new JsonException("A whole number is needed.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteNumberValue(long.CreateChecked(value));
}

/// <summary>How numbers stand in JSON.</summary>
internal static class JsonNumbers
{
    /// <summary>A number as it is written, in quotes too where the options allow that; null where it is none.</summary>
    public static string? Written(ref Utf8JsonReader reader, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.String when options.NumberHandling.HasFlag(JsonNumberHandling.AllowReadingFromString) => reader.GetString(),
        _ => null,
    };

    /// <summary>Its value; null where it has none that is finite.</summary>
    public static double? Finite(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
