using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>SDXL's two text encoders from files of their own.</summary>
internal sealed record DualClipLoader() : Node("DualCLIPLoader", "DualCLIPLoader", "advanced/loaders", "Loads the two text encoders of SDXL from files of their own, in any order.")
{
    private static readonly ChoiceInput s_first = Encoder("clip_name1"), s_second = Encoder("clip_name2");
    private static readonly ChoiceInput s_type = new("type", "sdxl") { Tooltip = "For which family." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_first, s_second, s_type, Port.LoadingDevice];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Clip];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => string.Join('\n', Choice(inputs, folders).Own.Select(Stamp));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelChoice choice = Choice(inputs, run.Folders);
        // Files that are no text encoders fail here, not at the prompt.
        _ = run.Models.Text(choice);
        return new NodeResult(new ClipValue(choice));
    }

    private static ChoiceInput Encoder(string name) => new(name, folders => folders.Names(ModelFolders.TextEncoders));

    private static ModelChoice Choice(Arguments inputs, GraphFolders folders)
    {
        string Path(ChoiceInput name) => folders.Locate(ModelFolders.TextEncoders, inputs.Of(name));
        return new ModelChoice(Path(s_first), []) { Part = ModelPart.Text, Beside = Path(s_second) };
    }
}
