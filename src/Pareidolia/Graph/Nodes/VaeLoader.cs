using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>An autoencoder from a file of its own.</summary>
internal sealed record VaeLoader() : Node("VAELoader", "Load VAE", "loaders", "Loads an autoencoder, full or tiny.")
{
    private static readonly ChoiceInput s_name = new("vae_name", folders => folders.Names(ModelFolders.Vae));

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_name];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Vae];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Locate(ModelFolders.Vae, inputs.Of(s_name)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        VaeValue vae = new(run.Folders.Locate(ModelFolders.Vae, inputs.Of(s_name)), OfCheckpoint: false);
        _ = run.Models.Vae(vae);
        return new NodeResult(vae);
    }
}
