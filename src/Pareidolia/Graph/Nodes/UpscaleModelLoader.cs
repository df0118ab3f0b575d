using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A network that enlarges pictures.</summary>
internal sealed record UpscaleModelLoader() : Node("UpscaleModelLoader", "Load Upscale Model", "loaders", "Loads a network of the ESRGAN family.")
{
    private static readonly ChoiceInput s_name = new("model_name", folders => folders.Names(ModelFolders.Upscalers));

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_name];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.UpscaleModelType)];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Locate(ModelFolders.Upscalers, inputs.Of(s_name)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        UpscaleModelValue model = new(run.Folders.Locate(ModelFolders.Upscalers, inputs.Of(s_name)));
        _ = run.Models.Upscaler(model.Path);
        return new NodeResult(model);
    }
}
