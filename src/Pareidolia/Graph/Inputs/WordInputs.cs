using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Graph.Validation;

namespace Pareidolia.Graph.Inputs;

/// <summary>STRING.</summary>
/// <param name="Name">As graphs write it.</param>
/// <param name="Usual">What is taken where nothing is said; null where it has to be.</param>
/// <param name="Multiline">Whether a front end gives it more than a line.</param>
internal sealed record TextInput(string Name, string? Usual = null, bool Multiline = false) : Input<string>(Name, "STRING")
{
    // Far more than any text encoder reads.
    private const int Longest = 100_000;

    /// <inheritdoc/>
    public override JsonNode? Default => Usual;

    /// <inheritdoc/>
    public override string Range => "a text";

    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = value?.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.ToJsonString(),
            _ => null,
        };
        return read is string { Length: <= Longest } ? null
            : Fault("invalid_input_type", "Failed to convert an input value to a STRING value", $"{Name}, {WrittenNumber.Shown(value)}", value, folders);
    }

    /// <inheritdoc/>
    protected override void AddOptions(JsonObject options)
    {
        if (Multiline)
            (options["multiline"], options["dynamicPrompts"]) = (true, true);
    }
}

/// <summary>BOOLEAN.</summary>
internal sealed record FlagInput(string Name, bool Usual) : Input<bool>(Name, "BOOLEAN")
{
    /// <inheritdoc/>
    public override JsonNode Default => Usual;

    /// <inheritdoc/>
    public override string Range => "true or false";

    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = value?.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => WrittenNumber.Double(value) != 0,
            JsonValueKind.String => value.GetValue<string>() is "true" or "True" or "yes" or "on" or "enable",
            _ => null,
        };
        return read is not null ? null
            : Fault("invalid_input_type", "Failed to convert an input value to a BOOLEAN value", $"{Name}, {WrittenNumber.Shown(value)}", value, folders);
    }
}

/// <summary>One of some words, which may be the names of files.</summary>
/// <param name="Name">As graphs write it.</param>
/// <param name="Choices">The words.</param>
internal record ChoiceInput(string Name, Func<GraphFolders, IReadOnlyList<string>> Choices) : Input<string>(Name, "COMBO")
{
    private const int MostListed = 20;

    /// <summary>Of words that are always the same.</summary>
    public ChoiceInput(string name, params string[] words) : this(name, _ => words) => Words = words;

    /// <summary>The words, where they are always the same.</summary>
    public IReadOnlyList<string>? Words { get; }

    /// <summary>What is taken where nothing is said; else the first word.</summary>
    public string? Usual { get; init; }

    /// <inheritdoc/>
    public override JsonNode? Default => Usual;

    /// <inheritdoc/>
    public override string Range => Words is null ? "the name of a file" : string.Join(", ", Words);

    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        IReadOnlyList<string> choices = Choices(folders);
        if (read is string word && choices.Contains(word))
            return null;
        string listed = choices.Count > MostListed ? $"(list of length {choices.Count})" : $"[{string.Join(", ", choices.Select(choice => $"'{choice}'"))}]";
        return Fault("value_not_in_list", "Value not in list", $"{Name}: '{WrittenNumber.Shown(value)}' not in {listed}", value, folders);
    }

    /// <inheritdoc/>
    protected override JsonNode Kind(GraphFolders folders) => new JsonArray([.. Choices(folders).Select(choice => (JsonNode)choice)]);
}

/// <summary>A picture of the input folder, which may be uploaded into it.</summary>
internal sealed record PictureInput(string Name) : ChoiceInput(Name, folders => folders.Pictures())
{
    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        // Also pictures in folders below, and those of the output folder: "name [output]".
        return read is string name && folders.Picture(name) is not null ? null : Fault(
            "custom_validation_failed", "Custom validation failed for node", $"{Name} - Invalid image file: {WrittenNumber.Shown(value)}", value, folders);
    }

    /// <inheritdoc/>
    protected override void AddOptions(JsonObject options) => options["image_upload"] = true;
}
