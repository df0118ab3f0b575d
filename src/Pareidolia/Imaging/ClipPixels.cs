namespace Pareidolia.Imaging;

/// <summary>
/// What CLIP's image encoder reads (https://github.com/openai/CLIP): the middle square of a picture, its shorter side resized with
/// bicubic filtering, each channel less its mean over its spread in CLIP's training pictures.
/// </summary>
public static class ClipPixels
{
    /// <summary>Mean of red, green, blue, of values from 0 to 1.</summary>
    public static IReadOnlyList<float> Mean { get; } = [0.48145466f, 0.4578275f, 0.40821073f];

    /// <summary>Standard deviation of red, green, blue.</summary>
    public static IReadOnlyList<float> Deviation { get; } = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>The normalised square of one picture, rows from the top, channels side by side: [size, size, 3].</summary>
    /// <param name="image">Any picture; transparency is laid over white.</param>
    /// <param name="size">Edge in pixels, 224 for the published models.</param>
    /// <param name="mean">Of red, green, blue, for a model with pictures of its own; null for <see cref="Mean"/>.</param>
    /// <param name="deviation">The same of <see cref="Deviation"/>.</param>
    public static float[] Of(Image image, int size, IReadOnlyList<float>? mean = null, IReadOnlyList<float>? deviation = null)
    {
        mean ??= Mean;
        deviation ??= Deviation;
        byte[] pixels = Resize.ToSquare(image.ToRgb(), size, Resampling.Bicubic).Pixels;
        float[] values = new float[pixels.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = (pixels[i] / 255f - mean[i % 3]) / deviation[i % 3];
        return values;
    }
}
