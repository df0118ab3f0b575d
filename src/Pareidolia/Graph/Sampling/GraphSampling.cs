using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Graph.Sampling;

/// <summary>All that decides what a sampler node gives.</summary>
/// <param name="Model">The model.</param>
/// <param name="Guides">The texts.</param>
/// <param name="Sampler">The sampler.</param>
/// <param name="Sigmas">Noise over picture at each step, falling.</param>
/// <param name="Latent">What it starts from.</param>
/// <param name="Seed">Where the noise comes from.</param>
internal sealed record SamplingRequest(
    ModelValue Model, Guides Guides, NamedSampler Sampler, IReadOnlyList<double> Sigmas, LatentValue Latent, ulong Seed)
{
    /// <summary>Whether noise is added at the start; steps may add some all the same.</summary>
    public bool AddsNoise { get; init; } = true;
}

/// <summary>Runs the denoising loop for sampler nodes, with ComfyUI's noise and ComfyUI's ways.</summary>
/// <param name="run">The node's run.</param>
internal sealed class GraphSampling(NodeRun run)
{
    private const int LargestPreview = 512;

    /// <summary>What the sample came to, and the clean picture as it was estimated in the last step.</summary>
    /// <exception cref="PareidoliaException">Parts do not fit each other, or the latents are no longer finite.</exception>
    public (LatentValue Output, LatentValue Denoised) Run(SamplingRequest request)
    {
        LoadedModel model = run.Models.Model(request.Model.Choice);
        LatentValue latent = Fitted(request.Latent, model);
        if (request.Sigmas.Count < 2)
            return (latent, latent);
        Guides guides = request.Guides.Of(request.Model.Patches);
        SamplingPlan plan = SamplerCatalog.Along(ConfigOf(request.Model, model), request.Sampler, request.Sigmas, Options(model));
        HeardTexts heard = new TextPreparation(run.Models, request.Model.Choice, plan.Schedule!, latent).Prepare(guides, request.Sampler.NeedsUnguided || request.Model.Patches.Blur is not null);
        using GraphGuidance guidance = new(new ConditionedNetwork(model, plan.Schedule!, request.Model.Patches.Balance), plan, request.Model.Patches, guides, heard);
        Tensor noise = request.AddsNoise ? NoiseOf(request.Seed, latent, [.. latent.AllPlaces]).Start() : latent.Samples.Scale(0);
        Tensor start = Start(plan, noise, latent);
        StepNoise steps = NoiseOf(request.Seed, latent, [.. Enumerable.Range(0, latent.Count)]).ForSteps(plan);
        return Walk(plan.Run(guidance.Predict, start, steps, RepaintOf(latent, noise, plan, request.Model.Patches)), request, latent, model);
    }

    /// <summary>The scheduler's config of a model with what nodes changed about it.</summary>
    public static JsonConfig ConfigOf(ModelValue value, LoadedModel model) => value.Patches.Scheduler is string changed
        ? JsonConfig.Parse(changed, model.Scheduler.Name).Over(model.Scheduler)
        : model.Scheduler;

    /// <summary>The options of a model's runs.</summary>
    public static SamplerOptions Options(LoadedModel model) => new()
    {
        Tool = SamplingTool.ComfyUi, AnchorsOfSdxl = model.UNet.Model.Config.HearsTextAndSize,
    };

    private static PictureNoise NoiseOf(ulong seed, LatentValue latent, int[] places)
    {
        int of = places.Max() + 1;
        return new PictureNoise(
            [.. places.Select(place => new NoiseSeed(seed, place, of))], latent.Samples.Shape, new NoiseSettings { Mode = NoiseMode.ComfyUi }, latent.Samples.Device);
    }

    // A blank takes the model's own channels and cells.
    private static LatentValue Fitted(LatentValue latent, LoadedModel model)
    {
        (int channels, int factor) = (model.LatentChannels, model.Factor);
        Backend device = model.UNet.Weights.Device;
        if (latent.Blank is (int width, int height))
        {
            if (width % factor != 0 || height % factor != 0)
                throw new PareidoliaException($"The model draws multiples of {factor} pixels; the empty latent is {width}x{height}.");
            return latent with { Samples = Tensor.Zeros([latent.Count, height / factor, width / factor, channels], device), Factor = factor };
        }
        return latent.Samples.Shape[3] == channels ? latent : throw new PareidoliaException(
            $"The latent has {latent.Samples.Shape[3]} channels, the model draws {channels}: it was encoded by the VAE of another family of models.");
    }

    private static Tensor Start(SamplingPlan plan, Tensor noise, LatentValue latent)
    {
        Tensor start = plan.Start(noise);
        return latent.Blank is not null ? start : start + latent.Samples.Scale((float)plan.Levels[0].Alpha);
    }

    private static Repaint? RepaintOf(LatentValue latent, Tensor noise, SamplingPlan plan, ModelPatches patches)
    {
        if (latent.Mask is not Tensor mask)
            return null;
        Tensor cells = mask.Interpolate(latent.Samples.Shape[1], latent.Samples.Shape[2], Interpolation.Bilinear);
        return new Repaint(cells, latent.Samples, noise, SamplingTool.ComfyUi)
        {
            EndsNoisy = plan.Levels[^1].Sigma > 0.002,
            Reading = patches.Differential is double strength ? new DifferentialMask(plan, strength).At : null,
        };
    }

    private (LatentValue, LatentValue) Walk(IEnumerable<DenoiseStep> steps, SamplingRequest request, LatentValue latent, LoadedModel model)
    {
        Tensor? output = null, denoised = null;
        foreach (DenoiseStep step in steps)
        {
            run.Cancelled.ThrowIfCancellationRequested();
            RunCheck.Sample(step, Path.GetFileName(request.Model.Choice.Checkpoint), request.Guides.Scale);
            output?.Dispose();
            denoised?.Dispose();
            (output, denoised) = (step.Take(), step.Denoised.Clone());
            run.Progress(step.Index + 1, step.Count > 0 ? step.Count : request.Sigmas.Count - 1, run.Previews ? Preview(step, model) : null);
        }
        return (latent.With(output!), latent.With(denoised!));
    }

    private static Image? Preview(DenoiseStep step, LoadedModel model)
    {
        Tensor latent = step.Denoised;
        bool sdxl = model.UNet.Model.Config.HearsTextAndSize;
        if (model.LatentRgb.Count == 0 && latent.Shape[3] != 4)
            return null;
        Image small = LatentRgb.Of(model.LatentRgb, latent.Shape[3], sdxl).Show(latent)[0];
        double scale = Math.Min(model.Factor, (double)LargestPreview / Math.Max(small.Width, small.Height));
        return Resize.To(small, Math.Max(1, (int)(small.Width * scale)), Math.Max(1, (int)(small.Height * scale)), Resampling.Bicubic);
    }
}
