using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sigmas in two parts.</summary>
internal sealed record SplitSigmas() : Node("SplitSigmas", "SplitSigmas", "sampling/custom_sampling/sigmas", "Cuts sigmas at a step, which both parts have.")
{
    private static readonly Input<SigmasValue> s_sigmas = Port.SigmasIn();
    private static readonly WholeInput s_step = new("step", 0, 0, 10_000);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_sigmas, s_step];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [new Output(Port.SigmasType, "high_sigmas"), new Output(Port.SigmasType, "low_sigmas")];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        (IReadOnlyList<double> levels, int step) = (inputs.Of(s_sigmas).Levels, inputs.Of(s_step));
        return new NodeResult(new SigmasValue([.. levels.Take(step + 1)]), new SigmasValue([.. levels.Skip(step)]));
    }
}
