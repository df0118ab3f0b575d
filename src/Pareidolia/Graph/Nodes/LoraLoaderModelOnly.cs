using Pareidolia.Adapters;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A LoRA added to a diffusion model alone.</summary>
internal sealed record LoraLoaderModelOnly() : Node("LoraLoaderModelOnly", "LoraLoaderModelOnly", "loaders", "Adds a LoRA to a diffusion model; its text encoder stays as it is.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly ChoiceInput s_name = new("lora_name", folders => folders.Names(ModelFolders.Loras));
    private static readonly NumberInput s_strength = new("strength_model", 1, -100, 100);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_name, s_strength];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Locate(ModelFolders.Loras, inputs.Of(s_name)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ModelValue model, double strength) = (inputs.Of(s_model), inputs.Of(s_strength));
        LoraChoice lora = new(run.Folders.Locate(ModelFolders.Loras, inputs.Of(s_name)), strength, 0);
        return new NodeResult(strength == 0 ? model : model with { Choice = model.Choice.With(lora) });
    }
}
