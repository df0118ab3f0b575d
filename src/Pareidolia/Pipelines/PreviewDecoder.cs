using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>Latents to pictures that are looked at while the run goes on.</summary>
/// <param name="decoder">The model's own.</param>
/// <param name="ownMap">The model's map from latents to colours; empty where it has none.</param>
/// <param name="isSdxl">Whether it is of SDXL's family.</param>
internal sealed class PreviewDecoder(PictureDecoder decoder, IReadOnlyList<double> ownMap, bool isSdxl) : IDisposable
{
    private LatentCodec? _tiny;

    /// <summary>Loads the autoencoder that is quick.</summary>
    /// <exception cref="PareidoliaException">It is no autoencoder, or one for other latents.</exception>
    public void Load(string path)
    {
        LatentCodec loaded = VaeFile.Load(path, own: null, decoder.Device);
        _tiny?.Dispose();
        _tiny = loaded;
        if (loaded.Channels != decoder.LatentChannels)
            throw new PareidoliaException($"'{path}' decodes latents of {loaded.Channels} channels; this model's have {decoder.LatentChannels}.");
    }

    /// <summary>Pictures of latents [n, h, w, c], in the size of the finished ones.</summary>
    /// <exception cref="PareidoliaException">There is no autoencoder or no map for it.</exception>
    public IReadOnlyList<Image> Show(Tensor latent, PreviewKind kind)
    {
        IReadOnlyList<Image> images = kind switch
        {
            _ when decoder.IsOfPixels => decoder.Decode(latent),
            PreviewKind.Latent2Rgb => LatentRgb.Of(ownMap, latent.Shape[3], isSdxl).Show(latent),
            PreviewKind.Taesd => Decoded(_tiny ?? throw new PareidoliaException("A preview by TAESD needs the file of a tiny autoencoder."), latent),
            _ => decoder.Decode(latent),
        };
        return [.. images.Select(image => Resize.To(image, latent.Shape[2] * decoder.Factor, latent.Shape[1] * decoder.Factor, Resampling.Bicubic))];
    }

    /// <inheritdoc/>
    public void Dispose() => _tiny?.Dispose();

    private static Image[] Decoded(LatentCodec codec, Tensor latent)
    {
        using Scope scope = new();
        return TensorImages.From(codec.Decode(latent));
    }
}
