using Pareidolia.Diffusion;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>A network that follows the texts of a guider, with what nodes changed about the model. Owns what the entries were prepared with.</summary>
internal sealed class GraphGuidance : IDisposable
{
    private readonly ConditionedNetwork _network;
    private readonly SamplingPlan _plan;
    private readonly ModelPatches _patches;
    private readonly Guides _guides;
    private readonly IReadOnlyList<HeardEntry> _positive, _negative, _middle;

    /// <summary>Takes entries that were prepared for the run.</summary>
    public GraphGuidance(ConditionedNetwork network, SamplingPlan plan, ModelPatches patches, Guides guides, HeardTexts heard)
    {
        (_network, _plan, _patches, _guides) = (network, plan, patches, guides);
        (_positive, _negative, _middle) = (heard.Positive, heard.Negative, heard.Middle);
    }

    /// <summary>The prediction for a sample [n, h, w, c] at a timestep, and the one without the prompt.</summary>
    public GuidedOutput Predict(Tensor input, double timestep)
    {
        using Approximation fast = new();
        using Scope scope = new();
        BottomWatch? watch = WatchOf(input, timestep);
        Tensor[] said = Said(input, timestep, watch);
        Tensor prompted = said[2], negative = _negative.Count > 0 ? said[0] : prompted;
        Tensor output = _negative.Count == 0 ? prompted
            : _middle.Count > 0 ? Between(negative, said[1], prompted)
            : _patches.Rescale > 0 ? Rescaled(input, timestep, negative, prompted)
            : Guidance.Beyond(negative, prompted, _guides.Scale);
        if (_patches.Perturbed > 0)
            output += (prompted - _network.Answer([_positive], input, timestep, new BottomOfNetwork(Apart: true))[0]).Scale((float)_patches.Perturbed);
        if (_patches.Blur is BlurSteering blur && watch?.HasSeen == true)
            output = FromBlurred(blur, watch, (input, timestep), negative, output);
        return new GuidedOutput(scope.Keep(output), scope.Keep(negative));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (HeardEntry entry in (IEnumerable<HeardEntry>)[.. _positive, .. _negative, .. _middle])
            entry.Dispose();
    }

    // What is seen is the first text that is asked: it has to speak of the whole picture.
    private BottomWatch? WatchOf(Tensor input, double timestep)
    {
        if (_patches.Blur is null || !BlurredPart.Fits(input))
            return null;
        double sigma = _plan.Schedule!.LogInterpolatedSigmaAt(timestep);
        return _negative.FirstOrDefault(entry => entry.Sigmas.Has(sigma))?.IsOfAll(input) == true ? new BottomWatch() : null;
    }

    private Tensor[] Said(Tensor input, double timestep, BottomWatch? watch) => watch is null
        ? _network.Answer([_negative, _middle, _positive], input, timestep)
        : [.. _network.Answer([_negative], input, timestep, new BottomOfNetwork(Watch: watch)), .. _network.Answer([_middle, _positive], input, timestep)];

    // https://arxiv.org/abs/2210.00939: the noise of the sample stays, and on the negative text's clean picture lies the blur.
    private Tensor FromBlurred(BlurSteering blur, BottomWatch watch, (Tensor Input, double Timestep) asked, Tensor negative, Tensor output)
    {
        (Tensor input, double sigma) = (asked.Input, _plan.Schedule!.LogInterpolatedSigmaAt(asked.Timestep));
        NoiseLevel level = NoiseLevel.Preserving(sigma, asked.Timestep);
        Tensor clean = _plan.Prediction.Denoised(input, negative, level), blurred = BlurredPart.Of(clean, watch, blur.Sigma);
        Tensor seen = input + _plan.Prediction.Input(blurred - clean, NoiseLevel.Exploding(sigma));
        Tensor worse = _plan.Prediction.Denoised(seen, _network.Answer([_negative], seen, asked.Timestep)[0], level);
        Tensor steered = _plan.Prediction.Denoised(input, output, level) + (blurred - worse).Scale((float)blur.Scale);
        return _plan.Prediction.Output(input, steered, level);
    }

    private Tensor Between(Tensor negative, Tensor middle, Tensor prompted) => _guides.Perpendicular ? Perpendicular(negative, middle, prompted) : _guides.Nested
        ? Guidance.Beyond(negative, Guidance.Beyond(middle, prompted, _guides.Scale), _guides.MiddleScale)
        : Guidance.Beyond(negative, middle, _guides.MiddleScale) + (prompted - middle).Scale((float)_guides.Scale);

    // https://arxiv.org/abs/2304.04968: of the way to the negative text, what leads along that to the positive one is left out.
    private Tensor Perpendicular(Tensor negative, Tensor empty, Tensor prompted)
    {
        (Tensor towards, Tensor away) = (prompted - empty, negative - empty);
        float[] along = towards.ToArray(), beside = away.ToArray();
        double shared = along.Zip(beside, (a, b) => (double)a * b).Sum() / along.Sum(a => (double)a * a);
        double scale = _guides.Scale, of = _guides.MiddleScale;
        return empty + towards.Scale((float)(scale * (1 + (of * shared)))) - away.Scale((float)(scale * of));
    }

    // https://arxiv.org/abs/2305.08891, section 3.4, on velocities as ComfyUI's RescaleCFG has it.
    private Tensor Rescaled(Tensor input, double timestep, Tensor negative, Tensor prompted)
    {
        NoiseLevel level = NoiseLevel.Preserving(_plan.Schedule!.LogInterpolatedSigmaAt(timestep), timestep);
        Prediction velocity = new(PredictionType.Velocity);
        Tensor Velocity(Tensor output) => velocity.Output(input, _plan.Prediction.Denoised(input, output, level), level);
        Tensor towards = Velocity(prompted), guided = Guidance.Beyond(Velocity(negative), towards, _guides.Scale);
        Tensor factor = Guidance.Deviation(towards) / Guidance.Deviation(guided);            // [n, 1, 1, 1]
        Tensor rescaled = guided * factor.Affine((float)_patches.Rescale, (float)(1 - _patches.Rescale));
        return _plan.Prediction.Output(input, velocity.Denoised(input, rescaled, level), level);
    }
}

/// <summary>The entries of a run, ready for its samples.</summary>
internal sealed record HeardTexts(IReadOnlyList<HeardEntry> Positive, IReadOnlyList<HeardEntry> Negative, IReadOnlyList<HeardEntry> Middle);
