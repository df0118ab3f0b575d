using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>
/// An autoencoder as the stages of a pipeline see it, whatever its architecture; of a model that denoises pixels, one that leaves them as they are.
/// </summary>
/// <param name="Factor">Pixels of a cell, in each direction.</param>
/// <param name="Channels">Channels of a latent.</param>
/// <param name="Encode">
/// Latents of the diffusion model of pixels [b, h, w, 3] in -1..1: a sample for noise [n, h, w, c], or, without it, the likeliest.
/// </param>
/// <param name="Middle">The likeliest latents of pixels on the autoencoder's own scale, as editing models read them.</param>
/// <param name="Decode">Pixels [b, h f, w f, 3], about -1..1, of latents of the diffusion model.</param>
/// <param name="Weights">Its parameters, released with this.</param>
internal sealed record LatentCodec(
    int Factor, int Channels, Func<Tensor, Tensor?, Tensor> Encode, Func<Tensor, Tensor> Middle, Func<Tensor, Tensor> Decode, WeightStore Weights) : IDisposable
{
    /// <summary>Whether large layers of a full autoencoder are worked on in bands of rows.</summary>
    public VaeTiling Tiling { get; set; }

    /// <summary>Loads a model's autoencoder, or stands for it where the model denoises pixels.</summary>
    /// <exception cref="PareidoliaException">It is damaged, no autoencoder that is known here, or the model has none and denoises no pixels.</exception>
    public static LatentCodec Load(ModelSource model, Backend? device) => model.Has("vae")
        ? Load(model.Component("vae").Held(PictureDecoder.HoldingOf(model)), device)
        : PixelChannelsOf(model) is int channels ? OfPixels(channels, device)
        : throw new PareidoliaException($"'{model.Path}' has no component vae, and its UNet does not denoise pixels, which have 1 or 3 channels; it has {string.Join(", ", model.Names)}.");

    /// <summary>Whether pictures can be made of what a model denoises: it has an autoencoder, or denoises pixels.</summary>
    public static bool Serves(ModelSource model) => model.Has("unet") && (model.Has("vae") || PixelChannelsOf(model) is not null);

    /// <summary>Pixels of a cell of a model, in each direction: 1 where it denoises pixels.</summary>
    public static int FactorOf(ModelSource model) => model.Has("vae") ? FactorOf(model.Component("vae")) : 1;

    /// <summary>Of no autoencoder: a cell is a pixel [b, h, w, channels], grey or RGB.</summary>
    public static LatentCodec OfPixels(int channels, Backend? device)
    {
        Tensor Read(Tensor pixels) => channels == 3 ? pixels : pixels.Mean(3, keep: true);
        return new LatentCodec(
            1, channels, (pixels, noise) => ForEach(Read(pixels), noise), Read,
            pixels => channels == 3 ? pixels : pixels.BroadcastTo([.. pixels.Shape.Without(3), 3]), WeightStore.Outline(device));
    }

    /// <summary>Loads a part of a model.</summary>
    /// <exception cref="PareidoliaException">It is damaged, or no autoencoder that is known here.</exception>
    public static LatentCodec Load(ModelComponent component, Backend? device) => ClassOf(component) switch
    {
        null or "AutoencoderKL" => Of(AutoencoderKl.Load(component, device)),
        "AutoencoderTiny" => Of(AutoencoderTiny.Load(component, device)),
        "VQModel" => Of(VqModel.Load(component, device)),
        string name => throw new PareidoliaException($"'{component.Folder}' is of class {name}; AutoencoderKL, AutoencoderTiny or VQModel is needed."),
    };

    /// <summary>Pixels of a cell of a part of a model, in each direction.</summary>
    public static int FactorOf(ModelComponent component) => ClassOf(component) switch
    {
        "AutoencoderTiny" => AutoencoderTinyConfig.FromJson(component.Config).Factor,
        "VQModel" => VqModelConfig.FromJson(component.Config).Factor,
        _ => AutoencoderKlConfig.FromJson(component.Config).Factor,
    };

    /// <summary>The class of an autoencoder. The folder's own word counts: people put a tiny one in the place of the full one.</summary>
    public static string? ClassOf(ModelComponent component) => component.Config.Text("_class_name") ?? component.ClassName;

    /// <summary>Of an autoencoder whose latents are distributions.</summary>
    public static LatentCodec Of(Pretrained<AutoencoderKl> vae)
    {
        (AutoencoderKl model, AutoencoderKlConfig config) = (vae.Model, vae.Model.Config);
        LatentCodec? made = null;
        return made = new LatentCodec(
            config.Factor, config.LatentChannels, Read, pixels => model.Encode(pixels, made!.Tiling).Mean,
            latent => model.Decode(model.FromLatent(latent), made!.Tiling), vae.Weights);

        Tensor Read(Tensor pixels, Tensor? noise)
        {
            LatentDistribution latent = model.Encode(pixels, made!.Tiling);
            return model.ToLatent(noise is null ? latent.Mean : latent.Sample(noise));
        }
    }

    /// <summary>Of a tiny one, whose latents leave no room for noise.</summary>
    public static LatentCodec Of(Pretrained<AutoencoderTiny> vae)
    {
        (AutoencoderTiny model, AutoencoderTinyConfig config) = (vae.Model, vae.Model.Config);
        (float scale, float shift) = ((float)config.ScalingFactor, (float)config.ShiftFactor);
        return new LatentCodec(
            config.Factor, config.LatentChannels,
            (pixels, noise) => ForEach(model.Encode(pixels).Affine(scale, -shift * scale), noise),
            pixels => model.Encode(pixels),
            latent => model.Decode(latent.Affine(1 / scale, shift)),
            vae.Weights);
    }

    private static LatentCodec Of(Pretrained<VqModel> vae)
    {
        (VqModel model, float scale) = (vae.Model, (float)vae.Model.Config.ScalingFactor);
        return new LatentCodec(
            model.Config.Factor, model.Config.VqEmbedDim,
            (pixels, noise) => ForEach(model.Encode(pixels).Scale(scale), noise),
            pixels => model.Encode(pixels),
            latent => model.Decode(latent.Scale(1 / scale)),
            vae.Weights);
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    // Grey or RGB; null for a network of latents.
    private static int? PixelChannelsOf(ModelSource model) =>
        model.Has("unet") && model.Component("unet").Config.Int("in_channels", 4) is int channels and (1 or 3) ? channels : null;

    // One latent for each picture of the noise.
    private static Tensor ForEach(Tensor latent, Tensor? noise) => noise is null ? latent : latent.BroadcastTo(noise.Shape);
}
