using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Imaging;

namespace Pareidolia.Graph.Nodes;

/// <summary>A whole model from a file or folder.</summary>
internal sealed record CheckpointLoaderSimple() : Node("CheckpointLoaderSimple", "Load Checkpoint", "loaders", "Loads a diffusion model, its text encoder and its autoencoder.")
{
    private static readonly ChoiceInput s_name = new("ckpt_name", folders => folders.Names(ModelFolders.Checkpoints)) { Tooltip = "The model to load." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_name];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model, Port.Clip, Port.Vae];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Locate(ModelFolders.Checkpoints, inputs.Of(s_name)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelChoice choice = new(run.Folders.Locate(ModelFolders.Checkpoints, inputs.Of(s_name)), []);
        // A file that is no model fails here, not at the sampler.
        _ = run.Models.Model(choice);
        return new NodeResult(new ModelValue(choice, new ModelPatches()), new ClipValue(choice), new VaeValue(choice.Checkpoint, OfCheckpoint: true));
    }
}
