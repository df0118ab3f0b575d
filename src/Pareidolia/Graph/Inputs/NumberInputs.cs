using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Graph.Validation;

namespace Pareidolia.Graph.Inputs;

/// <summary>INT.</summary>
/// <param name="Name">As graphs write it.</param>
/// <param name="Usual">What is taken where nothing is said.</param>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
/// <param name="Step">By how much a front end counts.</param>
internal sealed record WholeInput(string Name, long Usual, long Least, long Most, int Step = 1) : Input<int>(Name, "INT")
{
    /// <inheritdoc/>
    public override JsonNode Default => Usual;

    /// <inheritdoc/>
    public override string Range => $"{Least} to {Most}";

    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = null;
        if (WrittenNumber.Of(value) is not decimal number)
            return Fault("invalid_input_type", "Failed to convert an input value to a INT value", $"{Name}, {WrittenNumber.Shown(value)}", value, folders);
        decimal whole = decimal.Truncate(number);
        if (whole < Least)
            return Fault("value_smaller_than_min", $"Value {WrittenNumber.Shown(value)} smaller than min of {Least}", Name, value, folders);
        if (whole > Most)
            return Fault("value_bigger_than_max", $"Value {WrittenNumber.Shown(value)} bigger than max of {Most}", Name, value, folders);
        read = (int)whole;
        return null;
    }

    /// <inheritdoc/>
    protected override void AddOptions(JsonObject options)
    {
        (options["min"], options["max"]) = (Least, Most);
        if (Step != 1)
            options["step"] = Step;
    }
}

/// <summary>INT that is a seed: 64 bits.</summary>
internal sealed record SeedInput(string Name) : Input<ulong>(Name, "INT")
{
    /// <inheritdoc/>
    public override bool IsSeed => true;

    /// <inheritdoc/>
    public override JsonNode Default => 0;

    /// <inheritdoc/>
    public override string Range => $"0 to {ulong.MaxValue}";

    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = null;
        if (WrittenNumber.Of(value) is not decimal number)
            return Fault("invalid_input_type", "Failed to convert an input value to a INT value", $"{Name}, {WrittenNumber.Shown(value)}", value, folders);
        if (number < 0)
            return Fault("value_smaller_than_min", $"Value {WrittenNumber.Shown(value)} smaller than min of 0", Name, value, folders);
        if (number > ulong.MaxValue)
            return Fault("value_bigger_than_max", $"Value {WrittenNumber.Shown(value)} bigger than max of {ulong.MaxValue}", Name, value, folders);
        read = (ulong)number;
        return null;
    }

    /// <inheritdoc/>
    protected override void AddOptions(JsonObject options) =>
        (options["min"], options["max"], options["control_after_generate"]) = (0, ulong.MaxValue, true);
}

/// <summary>FLOAT.</summary>
/// <param name="Name">As graphs write it.</param>
/// <param name="Usual">What is taken where nothing is said.</param>
/// <param name="Least">The smallest.</param>
/// <param name="Most">The largest.</param>
/// <param name="Step">By how much a front end counts.</param>
internal sealed record NumberInput(string Name, double Usual, double Least, double Most, double Step = 0.01) : Input<double>(Name, "FLOAT")
{
    /// <inheritdoc/>
    public override JsonNode Default => Usual;

    /// <inheritdoc/>
    public override string Range => string.Create(CultureInfo.InvariantCulture, $"{Least} to {Most}");

    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = null;
        if (WrittenNumber.Double(value) is not double number)
            return Fault("invalid_input_type", "Failed to convert an input value to a FLOAT value", $"{Name}, {WrittenNumber.Shown(value)}", value, folders);
        if (number < Least)
            return Fault("value_smaller_than_min", $"Value {WrittenNumber.Shown(value)} smaller than min of {WrittenNumber.Shown(Least)}", Name, value, folders);
        if (number > Most)
            return Fault("value_bigger_than_max", $"Value {WrittenNumber.Shown(value)} bigger than max of {WrittenNumber.Shown(Most)}", Name, value, folders);
        read = number;
        return null;
    }

    /// <inheritdoc/>
    protected override void AddOptions(JsonObject options) => (options["min"], options["max"], options["step"]) = (Least, Most, Step);
}

/// <summary>Numbers as graphs write them: JSON numbers, and texts of numbers, which ComfyUI takes too.</summary>
internal static class WrittenNumber
{
    /// <summary>Exactly; null for what is no finite number or beyond all ranges.</summary>
    public static decimal? Of(JsonNode? value) =>
        Text(value) is string text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) ? number : null;

    /// <summary>As a float; null for what is no finite number.</summary>
    public static double? Double(JsonNode? value) =>
        Text(value) is string text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : null;

    /// <summary>A value in a message, not too long.</summary>
    public static string Shown(JsonNode? value)
    {
        string text = value is null ? "None" : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        return text.Length > 80 ? text[..80] + "..." : text;
    }

    private static string? Text(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Number => value.ToJsonString(),
        JsonValueKind.String => value.GetValue<string>().Trim(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => null,
    };
}
