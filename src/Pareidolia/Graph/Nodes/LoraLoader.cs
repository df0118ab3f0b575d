using Pareidolia.Adapters;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>A LoRA added to a model and its text encoder.</summary>
internal sealed record LoraLoader() : Node("LoraLoader", "Load LoRA", "loaders", "Adds a LoRA to a diffusion model and its text encoder. Several may follow each other.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly Input<ClipValue> s_clip = Port.ClipIn();
    private static readonly ChoiceInput s_name = new("lora_name", folders => folders.Names(ModelFolders.Loras));
    private static readonly NumberInput s_ofModel = new("strength_model", 1, -100, 100) { Tooltip = "How strongly it changes the diffusion model; may be below 0." };
    private static readonly NumberInput s_ofClip = new("strength_clip", 1, -100, 100) { Tooltip = "How strongly it changes the text encoder; may be below 0." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_clip, s_name, s_ofModel, s_ofClip];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model, Port.Clip];

    /// <inheritdoc/>
    public override string Fingerprint(Arguments inputs, GraphFolders folders) => Stamp(folders.Locate(ModelFolders.Loras, inputs.Of(s_name)));

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (ModelValue model, ClipValue clip) = (inputs.Of(s_model), inputs.Of(s_clip));
        LoraChoice lora = new(run.Folders.Locate(ModelFolders.Loras, inputs.Of(s_name)), inputs.Of(s_ofModel), inputs.Of(s_ofClip));
        if (lora is { UNetWeight: 0, TextWeight: 0 })
            return new NodeResult(model, clip);
        ModelValue changed = model with { Choice = model.Choice.With(lora) };
        _ = run.Models.Model(changed.Choice);
        return new NodeResult(changed, clip with { Choice = clip.Choice.With(lora) });
    }
}
