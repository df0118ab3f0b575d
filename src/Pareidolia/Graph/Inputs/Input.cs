using System.Text.Json.Nodes;
using Pareidolia.Graph.Validation;

namespace Pareidolia.Graph.Inputs;

/// <summary>
/// Something that a kind of node takes, declared once: what <c>/object_info</c> says of it, how it is checked, how it is read and what the docs say
/// follow from here.
/// </summary>
/// <param name="Name">As graphs write it.</param>
/// <param name="Type">ComfyUI's name of what it takes: <c>INT</c>, <c>MODEL</c> ...</param>
internal abstract record Input(string Name, string Type)
{
    /// <summary>What it is for; null where the name says it.</summary>
    public string? Tooltip { get; init; }

    /// <summary>Whether a node does without it.</summary>
    public bool Optional { get; init; }

    /// <summary>Whether a graph writes its value, unless it is linked; else it always is.</summary>
    public virtual bool IsWritten => true;

    /// <summary>Whether front ends show a choice beside it of what becomes of it after a run, and save that behind its value.</summary>
    public virtual bool IsSeed => false;

    /// <summary>What is taken where a graph says nothing; null where it has to.</summary>
    public virtual JsonNode? Default => null;

    /// <summary>What it may be, in a few words.</summary>
    public abstract string Range { get; }

    /// <summary>ComfyUI's description: [type or choices, options].</summary>
    public JsonArray Schema(GraphFolders folders)
    {
        JsonObject options = [];
        if (Default is JsonNode value)
            options["default"] = value.DeepClone();
        AddOptions(options);
        if (Tooltip is not null)
            options["tooltip"] = Tooltip;
        return [Kind(folders), options];
    }

    /// <summary>Reads what a graph writes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="folders">Where named files are.</param>
    /// <param name="read">What it means.</param>
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public abstract NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read);

    /// <summary>The first part of the description.</summary>
    protected virtual JsonNode Kind(GraphFolders folders) => Type;

    /// <summary>The limits.</summary>
    protected virtual void AddOptions(JsonObject options)
    {
    }

    /// <summary>A fault of this input, with what ComfyUI tells beside it.</summary>
    protected NodeFault Fault(string type, string message, string details, JsonNode? value, GraphFolders folders) => new(type, message, details)
    {
        Extra = new JsonObject { ["input_name"] = Name, ["input_config"] = Schema(folders), ["received_value"] = value?.DeepClone() },
    };
}

/// <summary>An input whose value is of this type here.</summary>
internal abstract record Input<T>(string Name, string Type) : Input(Name, Type);

/// <summary>What another node gives.</summary>
internal sealed record LinkInput<T>(string Name, string Type) : Input<T>(Name, Type)
{
    /// <inheritdoc/>
    public override bool IsWritten => false;

    /// <inheritdoc/>
    public override string Range => "a link";

    /// <inheritdoc/>
    public override NodeFault? Check(JsonNode? value, GraphFolders folders, out object? read)
    {
        read = null;
        return Fault("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]", Name, value, folders);
    }
}
