using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A diffusion model from a file of its own.</summary>
internal sealed record UnetLoader() : Node("UNETLoader", "Load Diffusion Model", "advanced/loaders", "Loads a diffusion model alone: from a file of its own, or of a whole model.")
{
    private static readonly ChoiceInput s_name = new("unet_name", folders => folders.NamesOfPart(ModelFolders.DiffusionModels));
    private static readonly ChoiceInput s_type = new("weight_dtype", "default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2")
    {
        Tooltip = "Has no effect here: weights keep the precision of their file.",
    };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_name, s_type];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(Choice(inputs, folders).Checkpoint);

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelChoice choice = Choice(inputs, run.Folders);
        // A file that is no model fails here, not at the sampler.
        _ = run.Models.Model(choice);
        return new NodeResult(new ModelValue(choice, new ModelPatches()));
    }

    private static ModelChoice Choice(Arguments inputs, GraphFolders folders) =>
        folders.ChoiceOfPart(ModelFolders.DiffusionModels, ModelPart.UNet, inputs.Of(s_name));
}
