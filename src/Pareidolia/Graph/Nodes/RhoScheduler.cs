using Pareidolia.Diffusion;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>Sigmas from a number of steps, from the cleanest, the noisiest, and a power rho.</summary>
internal delegate double[] RhoSchedule(int steps, double least, double most, double rho);

/// <summary>Sigmas along a curve that a power bends.</summary>
internal sealed record RhoScheduler : Node
{
    private static readonly WholeInput s_steps = Port.Steps();
    private static readonly NumberInput s_most = SigmaEnds.Most(), s_least = SigmaEnds.Least();
    private readonly NumberInput _rho;
    private readonly RhoSchedule _schedule;

    private RhoScheduler(string name, string says, double usualRho, RhoSchedule schedule)
        : base(name, name, "sampling/custom_sampling/schedulers", says)
    {
        (_rho, _schedule) = (new NumberInput("rho", usualRho, 0.01, 100), schedule);
        Inputs = [s_steps, s_most, s_least, _rho];
    }

    /// <summary>Karras' sigmas.</summary>
    public static RhoScheduler Karras { get; } = new("KarrasScheduler", "Sigmas evenly spaced in sigma^(1/rho).", 7, SigmaSchedules.Karras);

    /// <summary>Sigmas whose logarithm falls as a power.</summary>
    public static RhoScheduler Polyexponential { get; } =
        new("PolyexponentialScheduler", "Sigmas whose logarithm falls as a power.", 1, SigmaSchedules.PolyExponential);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Sigmas];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run) =>
        new(new SigmasValue(_schedule(inputs.Of(s_steps), inputs.Of(s_least), inputs.Of(s_most), inputs.Of(_rho))));
}
