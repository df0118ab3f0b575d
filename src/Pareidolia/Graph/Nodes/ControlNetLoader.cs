using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A ControlNet.</summary>
internal sealed record ControlNetLoader() : Node("ControlNetLoader", "Load ControlNet Model", "loaders", "Names a ControlNet; it is loaded for the model that it will guide.")
{
    private static readonly ChoiceInput s_name = new("control_net_name", folders => folders.Names(ModelFolders.ControlNets));

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_name];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.ControlNetType)];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Locate(ModelFolders.ControlNets, inputs.Of(s_name)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new ControlNetValue(run.Folders.Locate(ModelFolders.ControlNets, inputs.Of(s_name))));
}
