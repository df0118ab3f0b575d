// Classifier-free diffusion guidance, https://arxiv.org/abs/2207.12598
using Pareidolia.Diffusion;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// A denoising network with its conditioning: predicts with and without the prompt, and goes beyond the first, away from the second.
/// </summary>
/// <param name="network">The network, and what it reads.</param>
/// <param name="isGuided">Whether it reads negative prompts.</param>
/// <param name="settings">How far to go, when, and how much of the prompt's own deviation comes back (https://arxiv.org/abs/2305.08891, section 3.4).</param>
/// <param name="plan">The run.</param>
/// <param name="beside">Channels [n, h, w, c] that the network reads behind those of the sample: what an inpainting or editing model is told; null for none.</param>
internal sealed class Guidance(
    RegionalNetwork network, bool isGuided, GenerateSettings settings, SamplingPlan plan, Tensor? beside = null) : IDisposable
{
    private readonly int _questions = plan.Steps * settings.AsksPerStep;
    private int _asked;

    /// <summary>How strongly an editing model keeps to the picture that it edits; 1 for all others.</summary>
    public double Picture { get; init; } = 1;

    /// <summary>Called before the network is asked: its weights come into memory, if they are not there.</summary>
    public required Action Begins { get; init; }

    /// <summary>Called when another network takes its place.</summary>
    public required Action Ends { get; init; }

    private GuidanceRules Rules => settings.GuidanceRules;

    /// <summary>Goes on where another one stopped: its prompts are at the same step.</summary>
    public void ContinueAfter(Guidance other) => _asked = other._asked;

    /// <summary>Counts a question that was answered before.</summary>
    public void Pass() => _asked++;

    /// <summary>The prediction for a sample [n, h, w, c] at a timestep, and the one without the prompt.</summary>
    public GuidedOutput Predict(Tensor input, double timestep)
    {
        Begins();
        using Scope scope = new();
        bool guided = isGuided && !Rules.Skips(_asked, _questions, Way(timestep), Sigma(timestep));
        NetworkInput seen = new(input, beside, timestep, ++_asked);
        (Tensor? negative, Tensor prompted) = network.Answer(seen, guided);
        Tensor output = negative is null ? prompted : Guided(input, timestep, negative, prompted);
        if (negative is not null && Picture != 1)
            output += (negative - WithoutPicture(seen)).Scale((float)(Picture - 1));
        if (Rules.Perturbed > 0)
        {
            Tensor perturbed = network.Answer(seen, guided: false, midApart: true).Prompted;
            output += (prompted - perturbed).Scale((float)Rules.Perturbed);
        }
        return new GuidedOutput(scope.Keep(output), scope.Keep(negative ?? prompted));
    }

    /// <summary>From one answer through another and, with a scale above 1, beyond it.</summary>
    internal static Tensor Beyond(Tensor negative, Tensor prompted, double scale) => negative + (prompted - negative).Scale((float)scale);

    /// <summary>The deviation [n, 1, 1, 1] of each picture of x [n, h, w, c].</summary>
    internal static Tensor Deviation(Tensor x)
    {
        int n = x.Shape[0];
        return x.Reshape(n, -1).Variance(1, keep: true).Sqrt().Reshape(n, 1, 1, 1);
    }

    /// <inheritdoc/>
    public void Dispose() => network.Dispose();

    // InstructPix2Pix, https://arxiv.org/abs/2211.09800, equation 3: neither prompt nor picture.
    private Tensor WithoutPicture(NetworkInput seen) => network.AnswerToNegatives(seen with { Beside = seen.Beside!.Scale(0) });

    private Tensor Guided(Tensor input, double timestep, Tensor negative, Tensor prompted)
    {
        if (Rules.Mimic is MimicThreshold mimic)
        {
            // Ranges are those of pictures: the outputs are read as such, and the result is written as an output again.
            NoiseLevel level = NoiseLevel.Preserving(Sigma(timestep), timestep);
            Tensor Picture(Tensor output) => plan.Prediction.Denoised(input, output, level);
            return plan.Prediction.Output(input, mimic.Guide(Picture(negative), Picture(prompted), settings.Guidance), level);
        }
        Tensor guided = Beyond(negative, prompted, settings.Guidance);
        return settings.GuidanceRescale == 0 ? guided : Rescaled(guided, prompted);
    }

    private double Way(double timestep) => plan.Schedule is NoiseSchedule schedule ? 1 - timestep / (schedule.Count - 1) : 0.5;

    private double Sigma(double timestep) => plan.Schedule?.LogInterpolatedSigmaAt(timestep) ?? double.NaN;

    private Tensor Rescaled(Tensor guided, Tensor prompted)
    {
        Tensor factor = Deviation(prompted) / Deviation(guided);                // [n, 1, 1, 1]
        return guided * factor.Affine((float)settings.GuidanceRescale, (float)(1 - settings.GuidanceRescale));
    }
}
