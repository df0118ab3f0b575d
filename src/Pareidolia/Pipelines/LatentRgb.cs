using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>A colour for each cell of a latent: the linear map that comes nearest to what an autoencoder makes of it.</summary>
/// <param name="Factors">Red, green and blue in -1..1 of each channel, then of none: 3 (channels + 1) numbers.</param>
internal sealed record LatentRgb(IReadOnlyList<double> Factors)
{
    // The numbers that ComfyUI has for these families.
    private static readonly LatentRgb s_sd1 = new(
        [0.3512, 0.2297, 0.3227, 0.3250, 0.4974, 0.2350, -0.2829, 0.1762, 0.2721, -0.2120, -0.2616, -0.7177, 0, 0, 0]);

    private static readonly LatentRgb s_sdxl = new(
        [0.3651, 0.4232, 0.4341, -0.2533, -0.0042, 0.1068, 0.1076, 0.1111, -0.0362, -0.3165, -0.2492, -0.2188, 0.1084, -0.0175, -0.0011]);

    /// <summary>A model's own map, or that of its family.</summary>
    /// <param name="own">What the model's folder says; empty where it says nothing.</param>
    /// <param name="channels">Channels of its latents.</param>
    /// <param name="isSdxl">Whether it is of SDXL's family.</param>
    /// <exception cref="PareidoliaException">There is none for latents of so many channels.</exception>
    public static LatentRgb Of(IReadOnlyList<double> own, int channels, bool isSdxl)
    {
        if (own.Count == 3 * (channels + 1))
            return new LatentRgb(own);
        if (own.Count > 0)
            throw new PareidoliaException($"The model's \"latent_rgb\" has {own.Count} numbers; {3 * (channels + 1)} are needed, 3 for each channel of its latents and 3 more.");
        return channels == 4
            ? isSdxl ? s_sdxl : s_sd1
            : throw new PareidoliaException($"There is no map from latents of {channels} channels to colours, only of 4; a preview by the VAE needs none.");
    }

    /// <summary>Pictures of one pixel a cell, of latents [n, h, w, c].</summary>
    public Image[] Show(Tensor latent)
    {
        using Scope scope = new();
        (int channels, float[] factors) = (latent.Shape[3], [.. Factors.Select(factor => (float)factor)]);
        Tensor map = Tensor.From(factors.AsSpan(0, 3 * channels), [channels, 3], latent.Device), rest = Tensor.From(factors.AsSpan(3 * channels), [3], latent.Device);
        return TensorImages.From((latent.Reshape(-1, channels).MatMul(map) + rest).Reshape(latent.Shape[0], latent.Shape[1], latent.Shape[2], 3));
    }
}
