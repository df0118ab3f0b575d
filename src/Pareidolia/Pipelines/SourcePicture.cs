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
    private const double WebUiMostStrength = 0.999;

    /// <summary>How much is painted over: above 0, nearly nothing, to 1, nearly all. Decides how many of the steps are taken.</summary>
    public double Strength { get; init; } = 0.75;

    /// <summary>White is painted anew, black is kept; any size. Null paints everything anew.</summary>
    public Image? Mask { get; init; }

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

    /// <summary>A picture with what the mask keeps as it was, edge pixels mixed as the mask is.</summary>
    internal Image PutBack(Image made)
    {
        if (Mask is null)
            return made;
        Image source = Fitted(Picture, made.Width, made.Height), mask = Fitted(Mask, made.Width, made.Height);
        Image result = new(made.Width, made.Height, 3);
        for (int i = 0; i < result.Pixels.Length; i++)
            result.Pixels[i] = (byte)(((made.Pixels[i] * mask.Pixels[i]) + (source.Pixels[i] * (255 - mask.Pixels[i])) + 127) / 255);
        return result;
    }

    /// <summary>An RGB picture of this size.</summary>
    internal static Image Fitted(Image image, int width, int height)
    {
        Image rgb = image.ToRgb();
        return (rgb.Width, rgb.Height) == (width, height) ? rgb : Resize.To(rgb, width, height);
    }

    internal void Describe(IDictionary<string, string> fields) =>
        fields["Denoising strength"] = Strength.ToString(CultureInfo.InvariantCulture);
}
