using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Latents turned.</summary>
internal sealed record LatentRotate() : Node("LatentRotate", "Rotate Latent", "latent/transform", "Turns latents to the right.")
{
    private static readonly string[] s_turns = ["none", "90 degrees", "180 degrees", "270 degrees"];
    private static readonly Input<LatentValue> s_samples = Port.LatentIn();
    private static readonly ChoiceInput s_turn = new("rotation", s_turns);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_samples, s_turn];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Latent];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        LatentValue latent = inputs.Of(s_samples);
        return new NodeResult(latent.With(Cells.Turned(latent.Samples, Array.IndexOf(s_turns, inputs.Of(s_turn)))));
    }
}
