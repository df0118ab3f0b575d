using Pareidolia.Imaging;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>How a CLIP reads pictures: what its <c>preprocessor_config.json</c> says of colours.</summary>
/// <param name="Mean">Of red, green and blue in 0..1.</param>
/// <param name="Deviation">The same.</param>
internal sealed record ClipPicture(float[] Mean, float[] Deviation)
{
    /// <summary>Reads the file in CLIP's folder; CLIP's own numbers where there is none.</summary>
    /// <exception cref="PareidoliaException">It has not three numbers of a kind.</exception>
    public static ClipPicture Of(string folder)
    {
        string path = Path.Combine(folder, "preprocessor_config.json");
        JsonConfig config = File.Exists(path) ? JsonConfig.Load(path) : JsonConfig.Parse("{}", path);
        return new ClipPicture(PerChannel(config, "image_mean", ClipPixels.Mean), PerChannel(config, "image_std", ClipPixels.Deviation));
    }

    /// <summary>A picture as the network reads it [1, size, size, 3].</summary>
    public Tensor Read(Image picture, int size, Backend device) => Tensor.From(ClipPixels.Of(picture, size, Mean, Deviation), [1, size, size, 3], device);

    private static float[] PerChannel(JsonConfig config, string key, IReadOnlyList<float> standard)
    {
        float[] values = [.. config.Doubles(key, [.. standard.Select(value => (double)value)]).Select(value => (float)value)];
        return values.Length == standard.Count ? values
            : throw new PareidoliaException($"'{config.Name}': \"{key}\" has {values.Length} numbers; one for each of red, green and blue is needed.");
    }
}
