using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// A network with its conditioning and guidance inside: from a scaled noisy sample [b, h, w, c] and a timestep to the output that the
/// <see cref="Prediction"/> describes. The result may have twice the channels: then the second half speaks of the variance.
/// </summary>
public delegate Tensor Network(Tensor input, double timestep);

/// <summary>The same with what the network says without the prompt, for samplers of the CFG++ kind.</summary>
public delegate GuidedOutput GuidedNetwork(Tensor input, double timestep);

/// <summary>What a guided network says.</summary>
/// <param name="Output">The guided output.</param>
/// <param name="Unguided">The output without the prompt (or with the negative one); <paramref name="Output"/> itself where there is no guidance.</param>
public readonly record struct GuidedOutput(Tensor Output, Tensor Unguided);

/// <summary>Estimates of the clean picture x0 from the noisy x: guided, and without the prompt.</summary>
public delegate (Tensor Guided, Tensor Unguided) DenoiseBoth(Tensor x, NoiseLevel level);

/// <summary>An estimate of the clean picture x0 from the noisy x.</summary>
public delegate Tensor Denoise(Tensor x, NoiseLevel level);

/// <summary>An estimate of both parts of the noisy x, for solvers that need the network's own words.</summary>
public delegate Estimate Estimator(Tensor x, NoiseLevel level);

/// <summary>Standard normal noise of x's shape, for the step from one level to another. Called in the order of the steps.</summary>
public delegate Tensor StepNoise(NoiseLevel from, NoiseLevel to);

/// <summary>What a network says of a noisy x.</summary>
/// <param name="Denoised">The clean picture, not bounded.</param>
/// <param name="Noise">The noise.</param>
/// <param name="Variance">The learned variance where the network has one, as it came out; else null.</param>
public readonly record struct Estimate(Tensor Denoised, Tensor Noise, Tensor? Variance);

/// <summary>A network seen by samplers: scales its input, finds its timestep, reads its output.</summary>
public sealed class Denoiser
{
    private readonly GuidedNetwork _network;
    private readonly Prediction _prediction;
    private readonly NoiseSchedule? _schedule;
    private readonly SampleBound? _bound;
    private readonly Repaint? _repaint;

    /// <summary>
    /// Wraps a network. <paramref name="schedule"/> gives the timestep of levels that carry none; <paramref name="bound"/> applies to
    /// <see cref="Denoise"/>, not to <see cref="Estimate"/>.
    /// </summary>
    public Denoiser(Network network, Prediction prediction, NoiseSchedule? schedule = null, SampleBound? bound = null)
        : this(Unguided(network), prediction, schedule, bound)
    {
    }

    /// <summary>The same for a network that also says what it would without the prompt.</summary>
    public Denoiser(GuidedNetwork network, Prediction prediction, NoiseSchedule? schedule = null, SampleBound? bound = null)
    {
        _network = network;
        _prediction = prediction;
        _schedule = schedule;
        _bound = bound;
    }

    /// <summary>The same where a part of the picture is known.</summary>
    internal Denoiser(GuidedNetwork network, Prediction prediction, NoiseSchedule? schedule, SampleBound? bound, Repaint? repaint)
        : this(network, prediction, schedule, bound) => _repaint = repaint;

    /// <summary>The clean picture in x, within the bound.</summary>
    public Tensor Denoise(Tensor x, NoiseLevel level)
    {
        using Scope scope = new();
        level = Told(level);
        Tensor seen = _repaint?.Enter(x, level) ?? x;
        return scope.Keep(Bounded(_prediction.Denoised(seen, Output(seen, level).Mean, level), level));
    }

    /// <summary>The clean picture in x, within the bound, guided and without the prompt.</summary>
    public (Tensor Guided, Tensor Unguided) DenoiseBoth(Tensor x, NoiseLevel level)
    {
        using Scope scope = new();
        level = Told(level);
        Tensor seen = _repaint?.Enter(x, level) ?? x;
        (Tensor output, Tensor unguided) = _network(_prediction.Input(seen, level), level.Timestep);
        return (scope.Keep(Read(output)), scope.Keep(Read(unguided)));

        Tensor Read(Tensor output) => Bounded(_prediction.Denoised(seen, Halves(seen, output).Mean, level), level);
    }

    /// <summary>The clean picture and the noise in x, and the variance where the network has one.</summary>
    public Estimate Estimate(Tensor x, NoiseLevel level)
    {
        using Scope scope = new();
        level = Told(level);
        (Tensor mean, Tensor? variance) = Output(x, level);
        Tensor denoised = scope.Keep(_prediction.Denoised(x, mean, level));
        Tensor noise = scope.Keep(_prediction.Noise(x, mean, level));
        return new Estimate(denoised, noise, variance is null ? null : scope.Keep(variance));
    }

    private Tensor Bounded(Tensor denoised, NoiseLevel level)
    {
        Tensor bounded = _bound?.Apply(denoised) ?? denoised;
        return _repaint?.Leave(bounded, level) ?? bounded;
    }

    private (Tensor Mean, Tensor? Variance) Output(Tensor x, NoiseLevel level) =>
        Halves(x, _network(_prediction.Input(x, level), level.Timestep).Output);

    private static GuidedNetwork Unguided(Network network) => (input, timestep) =>
    {
        Tensor output = network(input, timestep);
        return new GuidedOutput(output, output);
    };

    private static (Tensor Mean, Tensor? Variance) Halves(Tensor x, Tensor output)
    {
        if (output.Shape == x.Shape)
            return (output, null);
        if (output.Shape != x.Shape.With(-1, 2 * x.Shape[-1]))
            throw new PareidoliaException(
                $"The network answered {output.Shape} to a sample {x.Shape}; its output has the sample's shape, or twice its channels.");
        Tensor[] halves = output.Chunk(2, -1);
        return (halves[0], halves[1]);
    }

    // The level with the timestep that the network is told.
    private NoiseLevel Told(NoiseLevel level)
    {
        if (!double.IsNaN(level.Timestep))
            return level;
        double? timestep = _schedule?.TimestepOf(level.Ratio);
        return timestep is double told ? level with { Timestep = told } : throw new PareidoliaException($"A step at sigma {level.Sigma} names no timestep, and there is no noise schedule to ask.");
    }
}
