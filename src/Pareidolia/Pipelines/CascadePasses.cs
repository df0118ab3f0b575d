// Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding, https://arxiv.org/abs/2205.11487, section 2.4
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Nn;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>The later stages of a cascade, one loop behind the other, after the first stage's own.</summary>
/// <param name="stages">Those that enlarge.</param>
/// <param name="settings">Those of the run.</param>
/// <param name="begins">Called before a network is asked.</param>
/// <param name="arithmetic">How the networks compute.</param>
internal sealed class CascadePasses(IReadOnlyList<CascadeStage> stages, GenerateSettings settings, Action begins, RunArithmetic arithmetic)
{
    /// <summary>Steps of all stages together.</summary>
    public int Steps => stages.Sum(stage => stage.Settings.Steps);

    /// <summary>How many times larger the last stage's pictures are.</summary>
    public int Scale => stages.Aggregate(1, (scale, stage) => scale * stage.Scale);

    /// <summary>All steps, counted through; what early stages show is enlarged to the size of the last.</summary>
    public IEnumerable<DenoiseStep> Run(IEnumerable<DenoiseStep> first, Conditioning conditioning, PictureNoise noise)
    {
        (int taken, int left, int scale, Tensor? small) = (0, Steps, Scale, null);
        try
        {
            IEnumerable<DenoiseStep> steps = first;
            foreach (CascadeStage? stage in (CascadeStage?[])[null, .. stages])
            {
                if (stage is not null)
                    (steps, scale, left) = (Enlarging(stage, small!, conditioning, noise), scale / stage.Scale, left - stage.Settings.Steps);
                (Tensor? last, int before) = (null, taken);
                foreach (DenoiseStep step in steps)
                {
                    last?.Dispose();
                    last = Scope.Detach(step.Take());
                    taken++;
                    using Enlarged shown = new(step, scale);
                    yield return step with
                    {
                        Index = before + step.Index,
                        Count = step.Count == 0 ? 0 : before + step.Count + left,
                        Sample = shown.Sample,
                        Denoised = shown.Denoised,
                    };
                }
                small?.Dispose();
                small = last;
            }
        }
        finally
        {
            small?.Dispose();
        }
    }

    /// <summary>What a step of an early stage shows, in the size of the last: no scope may be open while the caller looks at it.</summary>
    private sealed class Enlarged(DenoiseStep step, int scale) : IDisposable
    {
        public Tensor Sample { get; } = Of(step.Sample, scale);

        public Tensor Denoised { get; } = Of(step.Denoised, scale);

        public void Dispose()
        {
            if (scale == 1)
                return;
            Sample.Dispose();
            Denoised.Dispose();
        }

        private static Tensor Of(Tensor pixels, int scale) => scale == 1
            ? pixels
            : Scope.Detach(pixels.Interpolate(scale * pixels.Shape[1], scale * pixels.Shape[2], Interpolation.Nearest));
    }

    private IEnumerable<DenoiseStep> Enlarging(CascadeStage stage, Tensor small, Conditioning conditioning, PictureNoise noise)
    {
        (int rows, int columns, CascadeStageSettings own) = (small.Shape[1] * stage.Scale, small.Shape[2] * stage.Scale, stage.Settings);
        PictureNoise large = noise.OfSize(rows, columns);
        SamplingPlan plan = stage.Scheduler.Plan(own.Steps);
        using Tensor x = Scope.Detach(plan.Start(large.Start()));
        using Tensor beside = Scope.Detach(Beside(stage, small, rows, columns, large.Start()));
        GenerateSettings told = settings with { Steps = own.Steps, Guidance = own.Guidance, Regions = [], Controls = [], GuidanceRules = new GuidanceRules(), Refiner = null };
        DenoisingNetwork network = new(stage.UNet.Model, new ControlStage([], told, own.Steps, x), told.AsksPerStep) { Label = own.Augmentation };
        Guidance guidance = new(new RegionalNetwork(network, conditioning, told, x, 1), conditioning.IsGuided && own.Guidance != 1, told, plan, beside)
        {
            Begins = begins,
            Ends = () => { },
        };
        using DenoisePass pass = new(guidance, null, told, plan, arithmetic);
        foreach (DenoiseStep step in plan.Run(pass.Predict, x, large.ForSteps(plan)))
        {
            RunCheck.Sample(step, "a later stage of the cascade", own.Guidance);
            yield return step;
        }
    }

    // The smaller picture, enlarged, with noise of the level that the network is told.
    private Tensor Beside(CascadeStage stage, Tensor small, int rows, int columns, Tensor noise)
    {
        using Scope scope = new();
        using WrappedEdges? edges = settings.Tiling.Open();
        Tensor enlarged = small.Clamp(-1, 1).Interpolate(rows, columns, Interpolation.Bicubic);
        int[] levels = [.. Enumerable.Repeat(stage.Settings.Augmentation, small.Shape[0])];
        return scope.Keep(stage.Scheduler.TrainingSchedule().AddNoise(enlarged, noise, levels));
    }
}
