using Pareidolia.Diffusion.Samplers;
using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// A run that is ready to go: which levels of noise it visits, how it reads the network, which sampler walks it.
/// <code>
/// SamplingPlan plan = Scheduler.Load(config).Plan(steps: 20);
/// Tensor x = plan.Start(noise.Draw());
/// foreach (DenoiseStep step in plan.Run((input, t) => Guided(input, t), x, noise.ForSteps()))
///     Report(step.Index, step.Count);
/// </code>
/// </summary>
public sealed class SamplingPlan
{
    private readonly IReadOnlyList<Leg> _legs;
    private readonly Solver _solver;
    private readonly SampleBound? _bound;
    private readonly IReadOnlyList<Leg> _whole;

    internal SamplingPlan(IReadOnlyList<Leg> legs, Prediction prediction, Solver solver,
        NoiseSchedule? schedule = null, SampleBound? bound = null, double initialScale = 1, IReadOnlyList<Leg>? whole = null)
    {
        (_legs, _whole, Prediction, _solver, Schedule, _bound, InitialScale) =
            (legs, whole ?? legs, prediction, solver, schedule, bound, initialScale);
    }

    /// <summary>Walks the legs from x. The denoiser has the plan's prediction, schedule and bound.</summary>
    internal delegate IEnumerable<DenoiseStep> Solver(Denoiser denoiser, Tensor x, IReadOnlyList<Leg> legs, StepNoise noise);

    /// <summary>The level at the start of each step, and last the level at the end of the run.</summary>
    public IReadOnlyList<NoiseLevel> Levels => LevelsOf(_legs);

    /// <summary>Number of steps. A solver of second order asks the network up to twice in each.</summary>
    public int Steps => _legs.Count;

    /// <summary>What the network's output means.</summary>
    public Prediction Prediction { get; }

    /// <summary>The noise schedule of training; null for flows and EDM.</summary>
    public NoiseSchedule? Schedule { get; }

    /// <summary>Deviation of the pure noise that a run starts from.</summary>
    public double InitialScale { get; }

    /// <summary>Which noise the sampler wants for its steps.</summary>
    internal StepNoiseKind Noise { get; init; }

    /// <summary>Whether the sampler is the variant that ComfyUI runs with noise drawn on the graphics card ("_gpu").</summary>
    internal bool NoiseOnDevice { get; init; }

    /// <summary>The levels of the run that this one is a part of.</summary>
    internal IReadOnlyList<NoiseLevel> WholeLevels => LevelsOf(_whole);

    /// <summary>The start of a run from nothing: standard normal noise, scaled.</summary>
    public Tensor Start(Tensor noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return noise.Scale((float)InitialScale);
    }

    /// <summary>The start of a run from a picture: noised to the first level.</summary>
    public Tensor Start(Tensor x0, Tensor noise) => _legs[0].From.AddNoise(x0, noise);

    /// <summary>
    /// Only the last part of the run, for a start from a picture: <paramref name="strength"/> in (0, 1] is the share of the steps that is
    /// taken, rounded down to whole steps but at least one.
    /// </summary>
    /// <exception cref="PareidoliaException">The strength is outside (0, 1].</exception>
    public SamplingPlan Part(double strength)
    {
        if (!(strength > 0 && strength <= 1))
            throw new PareidoliaException($"Strength {strength} is outside 0 (exclusive) to 1.");
        return Last(Math.Max(1, (int)(_legs.Count * strength)));
    }

    /// <summary>Only the last steps of the run, as many as are asked for.</summary>
    internal SamplingPlan Last(int steps)
    {
        IReadOnlyList<Leg> legs = [.. _legs.Skip(_legs.Count - steps)];
        return new SamplingPlan(legs, Prediction, _solver, Schedule, _bound, InitialScale, _whole)
        {
            Noise = Noise,
            NoiseOnDevice = NoiseOnDevice,
        };
    }

    /// <summary>
    /// The denoising loop. It computes a step when it is asked for the next one, and may be left at any time. <paramref name="network"/>
    /// gets x scaled as it was trained on and does guidance itself; <paramref name="noise"/> is asked only by samplers that add noise.
    /// </summary>
    public IEnumerable<DenoiseStep> Run(Network network, Tensor x, StepNoise noise) =>
        _solver(new Denoiser(network, Prediction, Schedule, _bound), x, _legs, noise);

    /// <summary>The same for a network that also says what it would without the prompt, which samplers of the CFG++ kind ask for.</summary>
    public IEnumerable<DenoiseStep> Run(GuidedNetwork network, Tensor x, StepNoise noise) => Run(network, x, noise, repaint: null);

    /// <summary>The same where a part of the picture is known.</summary>
    internal IEnumerable<DenoiseStep> Run(GuidedNetwork network, Tensor x, StepNoise noise, Repaint? repaint)
    {
        foreach (DenoiseStep step in _solver(new Denoiser(network, Prediction, Schedule, _bound, repaint), x, _legs, noise))
        {
            repaint?.After(step);
            yield return step;
        }
    }

    /// <summary>A whole run from noise, for a sampler that adds none of its own.</summary>
    /// <exception cref="PareidoliaException">It adds some.</exception>
    internal Tensor Draw(Network network, Tensor noise) => Walk(network, Start(noise));

    /// <summary>The same from a picture x0, noised to the first level.</summary>
    /// <exception cref="PareidoliaException">It adds some.</exception>
    internal Tensor Draw(Network network, Tensor x0, Tensor noise) => Walk(network, Start(x0, noise));

    private Tensor Walk(Network network, Tensor x) => Run(
        network, x, (_, _) => throw new PareidoliaException("This scheduler draws noise at every step; one that does not, such as DDIMScheduler, is needed here.")).Finish();

    /// <summary>Steps that form a chain: each ends where the next begins.</summary>
    internal static IReadOnlyList<Leg> Chain(IReadOnlyList<NoiseLevel> levels) =>
        [.. Enumerable.Range(0, levels.Count - 1).Select(i => new Leg(levels[i], levels[i + 1]))];

    /// <summary>The levels of a chain.</summary>
    internal static IReadOnlyList<NoiseLevel> LevelsOf(IReadOnlyList<Leg> legs) => [.. legs.Select(leg => leg.From), legs[^1].To];
}

/// <summary>Which noise a sampler wants for its steps.</summary>
internal enum StepNoiseKind
{
    /// <summary>Independent draws, in the order of the steps.</summary>
    Independent,

    /// <summary>A Brownian path over sigma: the noise of a part of a step is a part of the step's noise.</summary>
    Brownian,

    /// <summary>The same, but independent draws where the run is as diffusers has it.</summary>
    BrownianButInDiffusers,
}
