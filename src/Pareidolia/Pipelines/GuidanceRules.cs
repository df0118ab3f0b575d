using System.Globalization;
using Pareidolia.Diffusion;

namespace Pareidolia.Pipelines;

/// <summary>When and how guidance acts, beyond its scale.</summary>
public sealed record GuidanceRules
{
    /// <summary>
    /// Where guidance begins, as a share of the way from pure noise (0) to the picture (1) in the network's timesteps; before it, the prompt alone
    /// is followed (Kynkäänniemi et al. 2024, https://arxiv.org/abs/2404.07724).
    /// </summary>
    public double Start { get; init; }

    /// <summary>Where it ends, 0 to 1.</summary>
    public double End { get; init; } = 1;

    /// <summary>The web UI's "skip early CFG": the share of the run's questions to the network, 0 to 1, before guidance begins.</summary>
    public double SkipEarly { get; init; }

    /// <summary>The web UI's "negative guidance minimum sigma": below it, every other question goes without guidance. 0 for never.</summary>
    public double MinimumSigma { get; init; }

    /// <summary>Whether below that sigma no question is guided.</summary>
    public bool MinimumInAllSteps { get; init; }

    /// <summary>Keeps strong guidance within the range of weaker; null for none.</summary>
    public MimicThreshold? Mimic { get; init; }

    /// <summary>
    /// Scale of perturbed-attention guidance (Ahn et al. 2024, https://arxiv.org/abs/2403.17377), which steers away from what the network says when
    /// the pixels of its bottom do not look at each other; 0 for none, 3 is usual. Costs another question in each step.
    /// </summary>
    public double Perturbed { get; init; }

    /// <summary>Whether a question goes without guidance.</summary>
    /// <param name="question">Its number in the run, from 0.</param>
    /// <param name="count">Questions in the run.</param>
    /// <param name="way">Share of the way from pure noise to the picture.</param>
    /// <param name="sigma">Noise over picture.</param>
    internal bool Skips(int question, int count, double way, double sigma)
    {
        if (way < Start || way > End || (SkipEarly > 0 && (double)question / count <= SkipEarly))
            return true;
        return MinimumSigma > 0 && sigma < MinimumSigma && (MinimumInAllSteps || question % 2 == 1);
    }

    /// <summary>Says it in a picture's settings, in the words of the web UI and its extensions where they have any.</summary>
    internal void Describe(IDictionary<string, string> fields)
    {
        if (Start > 0 || End < 1)
            (fields["Guidance start"], fields["Guidance end"]) = (Written(Start), Written(End));
        if (SkipEarly > 0)
            fields["Skip Early CFG"] = Written(SkipEarly);
        if (MinimumSigma > 0)
            fields["NGMS"] = Written(MinimumSigma);
        if (MinimumSigma > 0 && MinimumInAllSteps)
            fields["NGMS all steps"] = "True";
        if (Perturbed > 0)
            (fields["PAG Active"], fields["PAG Scale"]) = ("True", Written(Perturbed));
        if (Mimic is not MimicThreshold mimic)
            return;
        fields["Dynamic thresholding enabled"] = "True";
        fields["Mimic scale"] = Written(mimic.Scale);
        fields["Separate Feature Channels"] = mimic.EachChannel ? "True" : "False";
        fields["Scaling Startpoint"] = mimic.Centre == MimicCentre.Mean ? "MEAN" : "ZERO";
        fields["Variability Measure"] = mimic.ByDeviation ? "STD" : "AD";
        fields["Interpolate Phi"] = Written(mimic.Share);
        fields["Threshold percentile"] = Written(100 * mimic.Percentile);
    }

    private static string Written(double number) => number.ToString(CultureInfo.InvariantCulture);
}
