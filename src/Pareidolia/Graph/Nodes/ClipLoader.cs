using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A text encoder from a file of its own.</summary>
internal sealed record ClipLoader() : Node("CLIPLoader", "Load CLIP", "advanced/loaders",
    "Loads a text encoder alone, of Stable Diffusion 1, 2 or the SDXL refiner: from a file of its own, or of a whole model.")
{
    private static readonly ChoiceInput s_name = new("clip_name", folders => folders.NamesOfPart(ModelFolders.TextEncoders));
    private static readonly ChoiceInput s_type = new("type", "stable_diffusion") { Tooltip = "For which family; its file says which of its versions." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_name, s_type, Port.LoadingDevice];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Clip];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(Choice(inputs, folders).Checkpoint);

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelChoice choice = Choice(inputs, run.Folders);
        // A file that is no text encoder fails here, not at the prompt.
        _ = run.Models.Text(choice);
        return new NodeResult(new ClipValue(choice));
    }

    private static ModelChoice Choice(Arguments inputs, GraphFolders folders) =>
        folders.ChoiceOfPart(ModelFolders.TextEncoders, ModelPart.Text, inputs.Of(s_name));
}
