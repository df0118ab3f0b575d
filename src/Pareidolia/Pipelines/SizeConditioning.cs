// SDXL: Improving Latent Diffusion Models for High-Resolution Image Synthesis, https://arxiv.org/abs/2307.01952, section 2.2
namespace Pareidolia.Pipelines;

/// <summary>
/// What SDXL is told of a picture's size, as it was told in training: how large the picture once was, where it was cut, how large it is now.
/// The refiner hears a score of its beauty in place of the last.
/// </summary>
public sealed record SizeConditioning
{
    /// <summary>Width and height that the picture is said to have had; null for its own.</summary>
    public (int Width, int Height)? Original { get; init; }

    /// <summary>Pixels that are said to be cut off at the left and the top.</summary>
    public (int Left, int Top) Crop { get; init; }

    /// <summary>Width and height that the picture is said to have; null for its own.</summary>
    public (int Width, int Height)? Target { get; init; }

    /// <summary>Beauty that the refiner is told for the prompt, about 1 to 10.</summary>
    public double Aesthetic { get; init; } = 6;

    /// <summary>Beauty that the refiner is told for the negative prompt.</summary>
    public double NegativeAesthetic { get; init; } = 2.5;

    /// <summary>The numbers in the network's order, six for SDXL and five for its refiner.</summary>
    internal float[] Numbers(int count, int width, int height, bool negative)
    {
        (int originalWidth, int originalHeight) = Original ?? (width, height);
        (int targetWidth, int targetHeight) = Target ?? (width, height);
        float[] frame = [originalHeight, originalWidth, Crop.Top, Crop.Left];
        return count == frame.Length + 1
            ? [.. frame, (float)(negative ? NegativeAesthetic : Aesthetic)]
            : [.. frame, targetHeight, targetWidth];
    }
}
