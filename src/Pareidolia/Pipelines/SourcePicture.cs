using System.Globalization;
using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>
/// A picture to start from instead of pure noise (SDEdit, https://arxiv.org/abs/2108.01073), and which part of it to paint anew.
/// </summary>
/// <param name="Picture">Any size; it is resized to that of the settings.</param>
public sealed record SourcePicture(Image Picture)
{
    internal const double WebUiMostStrength = 0.999;

    /// <summary>
    /// How much is painted over: above 0, nearly nothing, to 1, nearly all. Decides how many of the steps are taken; with the web UI's noise 0 takes one.
    /// </summary>
    public double Strength { get; init; } = 0.75;

    /// <summary>White is painted anew, black is kept; any size. Null paints everything anew.</summary>
    public Image? Mask { get; init; }

    /// <summary>How the mask is read, and how much of the picture is drawn.</summary>
    public MaskRules Masking { get; init; } = new();

    /// <summary>What becomes of a picture whose shape is not that of the settings.</summary>
    public FitMode Fit { get; init; }

    /// <summary>What was added around the picture; null where nothing was.</summary>
    internal OutpaintMargins? Outpaint { get; init; }

    /// <summary>Fails unless every value is in its range.</summary>
    /// <param name="leastStrength">The smallest <see cref="Strength"/>.</param>
    internal void Validate(double leastStrength)
    {
        GenerateSettings.RequireRange("Strength", Strength, leastStrength, 1);
        Masking.Validate(Mask is not null);
    }

    /// <summary>
    /// The steps of a run from this picture: diffusers takes the last share of the steps, the web UI one more, ComfyUI all of them, from a
    /// schedule of more.
    /// </summary>
    internal SamplingPlan Plan(Func<int, SamplingPlan> whole, GenerateSettings settings)
    {
        int steps = settings.Steps;
        switch (settings.Noise.Mode.Tool())
        {
            case SamplingTool.WebUi:
                return whole(steps).Last(Math.Min(steps, (int)(Math.Min(Strength, WebUiMostStrength) * steps) + 1));
            case SamplingTool.ComfyUi:
                return whole((int)(steps / Strength)).Last(steps);
            default:
                return whole(steps).Part(Strength);
        }
    }

    internal void Describe(IDictionary<string, string> fields)
    {
        fields["Denoising strength"] = Strength.ToString(CultureInfo.InvariantCulture);
        if (Fit != FitMode.Stretch)
            fields["Resize mode"] = Fit == FitMode.Crop ? "Crop and resize" : "Resize and fill";
        Masking.Describe(fields);
        Outpaint?.Describe(fields);
    }
}
