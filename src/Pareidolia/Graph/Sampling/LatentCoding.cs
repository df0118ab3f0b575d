using Pareidolia.Graph.Values;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>Pictures to latents and back, through an autoencoder and, where a model has one, its upscaler.</summary>
internal static class LatentCoding
{
    /// <summary>Pixels [n, h, w, c] cut around the middle to multiples of what a cell covers.</summary>
    /// <exception cref="PareidoliaException">They are smaller than a cell.</exception>
    public static Tensor Cropped(Tensor pixels, int factor)
    {
        (int height, int width) = (pixels.Shape[1] / factor * factor, pixels.Shape[2] / factor * factor);
        if (height == 0 || width == 0)
            throw new PareidoliaException($"The picture is {pixels.Shape[2]}x{pixels.Shape[1]}; this autoencoder reads {factor}x{factor} pixels at least.");
        return pixels.Slice(1, (pixels.Shape[1] - height) / 2, height).Slice(2, (pixels.Shape[2] - width) / 2, width);
    }

    /// <summary>The likeliest latents [n, h / f, w / f, c] of pixels in -1..1, on the diffusion model's scale.</summary>
    public static Tensor Encoded(Tensor pixels, PictureDecoder vae) => Each(Shrunk(pixels, vae), picture => vae.Encode(picture, null));

    /// <summary>The same on the autoencoder's own scale, as editing models read them.</summary>
    public static Tensor Middle(Tensor pixels, PictureDecoder vae) => Each(Shrunk(pixels, vae), vae.Middle);

    /// <summary>Pictures [n, h, w, 3] in -1..1 of latents.</summary>
    /// <exception cref="PareidoliaException">The latents are those of another family, or a picture is not finite.</exception>
    public static ImageValue Decoded(LatentValue latent, PictureDecoder vae, VaeTiling tiling = VaeTiling.Auto)
    {
        Tensor samples = latent.Blank is (int width, int height)
            ? Tensor.Zeros([latent.Count, height / vae.Factor, width / vae.Factor, vae.LatentChannels], vae.Device)
            : latent.Samples;
        if (samples.Shape[3] != vae.LatentChannels)
            throw new PareidoliaException($"The latent has {samples.Shape[3]} channels, this VAE decodes {vae.LatentChannels}: it belongs to another family of models.");
        VaeTiling usual = vae.Tiling;
        vae.Tiling = tiling;
        try
        {
            return new ImageValue(Each(samples, one => Finite(vae.Pixels(one))).Clamp(-1, 1));
        }
        finally
        {
            vae.Tiling = usual;
        }
    }

    // One at a time: activations of the full size are what takes memory.
    private static Tensor Each(Tensor batch, Func<Tensor, Tensor> change)
    {
        using Approximation fast = new();
        using Scope scope = new();
        return scope.Keep(Tensor.Concat(0, [.. Enumerable.Range(0, batch.Shape[0]).Select(i => change(batch.Slice(0, i, 1)))]));
    }

    private static Tensor Finite(Tensor pixels)
    {
        RunCheck.Pixels(pixels.ToArray());
        return pixels;
    }

    // Where an upscaler follows the decoder, the encoder reads pictures of the decoder's own size.
    private static Tensor Shrunk(Tensor pixels, PictureDecoder vae)
    {
        if (vae.Factor == vae.CellPixels)
            return pixels;
        (int height, int width) = (pixels.Shape[1] / vae.Factor * vae.CellPixels, pixels.Shape[2] / vae.Factor * vae.CellPixels);
        return Tensor.Concat(0, [.. TensorImages.From(pixels).Select(image => SourcePixels.OfPicture(Resize.To(image, width, height), vae.Device))]);
    }
}
