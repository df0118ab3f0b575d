using System.Globalization;
using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>What stands in the masked part before it is painted anew.</summary>
public enum MaskedContent
{
    /// <summary>What is there.</summary>
    Original,

    /// <summary>The colours around it, spread into it.</summary>
    Fill,

    /// <summary>Noise in the latents.</summary>
    Noise,

    /// <summary>Latents of 0.</summary>
    Nothing,
}

/// <summary>How a mask is read, and how much of the picture is drawn: the web UI's settings of inpainting, and one of ComfyUI's.</summary>
public sealed record MaskRules
{
    /// <summary>Deviation in pixels by which the mask is softened, 0 to 64; the web UI's page says 4.</summary>
    public double Blur { get; init; }

    /// <summary>What stands in the masked part before.</summary>
    public MaskedContent Content { get; init; }

    /// <summary>Black is painted anew, white is kept.</summary>
    public bool Inverted { get; init; }

    /// <summary>
    /// Draws only the surroundings of the masked part, at the run's size, and lays them back into the picture, which keeps its own size.
    /// </summary>
    public bool OnlyMasked { get; init; }

    /// <summary>Pixels around the masked part that are drawn with it, 0 to 1024.</summary>
    public int Padding { get; init; } = 32;

    /// <summary>Keeps shades of the mask in the web UI's runs, which else make it black and white.</summary>
    public bool Soft { get; init; }

    /// <summary>
    /// ComfyUI's VAEEncodeForInpaint: the masked part is grey to the network, and the mask grows by a square of this many pixels, 0 to 64. Null for
    /// neither.
    /// </summary>
    public int? Grow { get; init; }

    /// <summary>Fails unless every value is in its range.</summary>
    internal void Validate(bool hasMask)
    {
        GenerateSettings.RequireRange("Mask blur", Blur, 0, 64);
        GenerateSettings.RequireRange("Padding around the masked part", Padding, 0, 1024);
        GenerateSettings.RequireRange("Growth of the mask", Grow ?? 0, 0, 64);
        if (!hasMask && this != new MaskRules())
            throw new PareidoliaException("How a mask is read was said, but there is no mask: name a picture in which white is what is painted anew.");
    }

    /// <summary>The mask as these rules want it, one channel, of its own size.</summary>
    /// <param name="mask">Any picture.</param>
    /// <param name="rounds">Whether shades are of no use.</param>
    internal Image Read(Image mask, bool rounds)
    {
        Image grey = MaskPicture.Of(mask);
        if (rounds && !Soft)
            grey = MaskPicture.Rounded(grey);
        return Pareidolia.Imaging.Blur.Gaussian(Inverted ? MaskPicture.Inverted(grey) : grey, Blur);
    }

    /// <summary>Says it in the web UI's words.</summary>
    internal void Describe(IDictionary<string, string> fields)
    {
        if (Inverted)
            fields["Mask mode"] = "Inpaint not masked";
        if (Blur > 0)
            fields["Mask blur"] = Blur.ToString(CultureInfo.InvariantCulture);
        if (OnlyMasked)
            (fields["Inpaint area"], fields["Masked area padding"]) = ("Only masked", Padding.ToString(CultureInfo.InvariantCulture));
        if (Content != MaskedContent.Original)
            fields["Masked content"] = Content switch
            {
                MaskedContent.Noise => "latent noise",
                MaskedContent.Nothing => "latent nothing",
                _ => "fill",
            };
        if (Soft)
            fields["Soft mask"] = "True";
        if (Grow is int side)
            fields["Grow mask by"] = side.ToString(CultureInfo.InvariantCulture);
    }
}
