// Classifier-free diffusion guidance, https://arxiv.org/abs/2207.12598
using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// A denoising network with its conditioning: predicts with and without the prompt in one batch, and goes beyond the first, away from the second.
/// </summary>
/// <param name="unet">The network.</param>
/// <param name="conditioning">What it reads.</param>
/// <param name="controls">ControlNets that look at it too.</param>
/// <param name="settings">How far to go, when, and how much of the prompt's own deviation comes back (https://arxiv.org/abs/2305.08891, section 3.4).</param>
/// <param name="plan">The run.</param>
/// <param name="beside">Channels [n, h, w, c] that the network reads behind those of the sample: what an inpainting model is told; null for none.</param>
internal sealed class Guidance(
    UNet2DConditionModel unet, Conditioning conditioning, ControlStage controls, GenerateSettings settings, SamplingPlan plan, Tensor? beside = null)
{
    private readonly int _questions = plan.Steps * settings.AsksPerStep;
    private int _asked;

    private GuidanceRules Rules => settings.GuidanceRules;

    /// <summary>The prediction for a sample [n, h, w, c] at a timestep, and the one without the prompt.</summary>
    public GuidedOutput Predict(Tensor input, double timestep)
    {
        using Scope scope = new();
        bool guided = conditioning.IsGuided && !Rules.Skips(_asked, _questions, Way(timestep), Sigma(timestep));
        _asked++;
        (Tensor? negative, Tensor prompted) = Ask(input, timestep, guided);
        Tensor output = negative is null ? prompted : Guided(input, timestep, negative, prompted);
        if (Rules.Perturbed > 0)
        {
            Tensor perturbed = Ask(input, timestep, guided: false, midApart: true).Prompted;
            output += (prompted - perturbed).Scale((float)Rules.Perturbed);
        }
        return new GuidedOutput(scope.Keep(output), scope.Keep(negative ?? prompted));
    }

    private Tensor Guided(Tensor input, double timestep, Tensor negative, Tensor prompted)
    {
        if (Rules.Mimic is MimicThreshold mimic)
        {
            // Ranges are those of pictures: the outputs are read as such, and the result is written as an output again.
            NoiseLevel level = NoiseLevel.Preserving(Sigma(timestep), timestep);
            Tensor Picture(Tensor output) => plan.Prediction.Denoised(input, output, level);
            return plan.Prediction.Output(input, mimic.Guide(Picture(negative), Picture(prompted), settings.Guidance), level);
        }
        Tensor guided = negative + (prompted - negative).Scale((float)settings.Guidance);
        return settings.GuidanceRescale == 0 ? guided : Rescaled(guided, prompted);
    }

    private double Way(double timestep) => plan.Schedule is NoiseSchedule schedule ? 1 - timestep / (schedule.Count - 1) : 0.5;

    private double Sigma(double timestep) => plan.Schedule?.LogInterpolatedSigmaAt(timestep) ?? double.NaN;

    // What the network says to the negative prompts and to the prompts, [n, h, w, c] each. Prompts change with each question, as in the web UI.
    private (Tensor? Negative, Tensor Prompted) Ask(Tensor input, double timestep, bool guided, bool midApart = false)
    {
        IReadOnlyList<ConditionRow> rows = conditioning.RowsAt(_asked);
        Tensor whole = beside is null ? input : Tensor.Concat(-1, input, beside);
        Tensor[] said = new Tensor[rows.Count];
        foreach (ConditionBatch all in conditioning.At(_asked))
        {
            ConditionBatch batch = guided ? all : all.Where(row => rows[row].Weight is not null);
            if (batch.Rows.Length == 0)
                continue;
            Tensor samples = Rows(whole, batch);
            int step = (_asked - 1) / settings.AsksPerStep;
            ControlResiduals? control = controls.Speak(step, Rows(input, batch), (float)timestep, batch.Context, batch.Extras);
            UNetExtras? extras = control is null && !midApart ? batch.Extras
                : (batch.Extras ?? new UNetExtras()) with { Control = control, MidApart = midApart };
            Tensor output = unet.Forward(samples, [(float)timestep], batch.Context, extras);
            foreach ((int i, int row) in batch.Rows.Index())
                said[row] = output.Slice(0, i, 1);
        }
        int n = conditioning.Count;
        Tensor? negative = guided ? Tensor.Concat(0, said.AsSpan(0, n)) : null;
        ILookup<int, (double Weight, Tensor Said)> parts = rows.Zip(said).Where(pair => pair.First.Weight is not null)
            .ToLookup(pair => pair.First.Picture, pair => (pair.First.Weight!.Value, pair.Second));
        Tensor[] prompted = [.. Enumerable.Range(0, n).Select(i => Composed([.. parts[i]], negative is null ? null : said[i]))];
        return (negative, Tensor.Concat(0, prompted));
    }

    private static Tensor Rows(Tensor pictures, ConditionBatch batch) =>
        Tensor.Concat(0, [.. batch.Pictures.Select(picture => pictures.Slice(0, picture, 1))]);

    // Several prompts for one picture: each pulls away from the negative one (https://arxiv.org/abs/2206.01714, equation 11).
    private static Tensor Composed((double Weight, Tensor Said)[] parts, Tensor? negative)
    {
        if (parts is [(1, Tensor only)])
            return only;
        // Without it, the first prompt takes its place, as in the web UI.
        Tensor centre = negative ?? parts[0].Said, sum = centre;
        foreach ((double weight, Tensor said) in parts)
            sum += (said - centre).Scale((float)weight);
        return sum;
    }

    private Tensor Rescaled(Tensor guided, Tensor prompted)
    {
        Tensor factor = Deviation(prompted) / Deviation(guided);                // [n, 1, 1, 1]
        return guided * factor.Affine((float)settings.GuidanceRescale, (float)(1 - settings.GuidanceRescale));
    }

    private static Tensor Deviation(Tensor x)
    {
        int n = x.Shape[0];
        return x.Reshape(n, -1).Variance(1, keep: true).Sqrt().Reshape(n, 1, 1, 1);
    }
}
