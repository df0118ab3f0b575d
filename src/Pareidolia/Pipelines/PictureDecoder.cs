using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>Latents to pictures: the autoencoder's decoder, and the upscaler where a model has one.</summary>
internal sealed class PictureDecoder : IDisposable
{
    private const string UpscalerName = "upscaler";

    private readonly LatentCodec _vae;
    private Pretrained<PixelShuffleUpscaler>? _upscaler;

    private PictureDecoder(LatentCodec vae) => _vae = vae;

    /// <summary>Pixels of a picture for each cell of its latent, in each direction.</summary>
    public int Factor => _vae.Factor * (_upscaler?.Model.Config.Scale ?? 1);

    /// <summary>Pixels that the autoencoder itself gives for each cell: <see cref="Factor"/> without the upscaler's part.</summary>
    public int CellPixels => _vae.Factor;

    /// <summary>The parameters of its networks.</summary>
    public IEnumerable<WeightStore> Stores => _upscaler is null ? [_vae.Weights] : [_vae.Weights, _upscaler.Weights];

    /// <summary>Called before it computes.</summary>
    public Action? Begins { get; set; }

    /// <summary>Where it computes.</summary>
    public Backend Device => _vae.Weights.Device;

    /// <summary>Channels of a latent.</summary>
    public int LatentChannels => _vae.Channels;

    /// <summary>Whether there is no autoencoder: the model denoises pixels.</summary>
    public bool IsOfPixels { get; private init; }

    /// <summary>Whether the autoencoder's large layers are worked on in bands of rows.</summary>
    public VaeTiling Tiling
    {
        get => _vae.Tiling;
        set => _vae.Tiling = value;
    }

    /// <summary>What the autoencoder is called that was put in the place of the model's own; null where none was.</summary>
    public string? VaeName { get; private init; }

    /// <summary>Loads a model's <c>vae/</c>, if it has one, or the one that was named in its place, and, where it is there, <c>upscaler/</c>.</summary>
    public static PictureDecoder Load(ModelSource model, string? vae, Backend? device)
    {
        PictureDecoder decoder = vae is null
            ? new(LatentCodec.Load(model, device)) { IsOfPixels = !model.Has("vae") }
            : new(VaeFile.Load(vae, model.Has("vae") ? model.Component("vae") : null, device)) { VaeName = Path.GetFileName(Path.TrimEndingDirectorySeparator(vae)) };
        try
        {
            decoder._upscaler = UpscalerOf(model) is ModelComponent upscaler ? PixelShuffleUpscaler.Load(upscaler, device) : null;
            return decoder;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>Of an autoencoder that belongs to no model.</summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or no autoencoder that is known here.</exception>
    public static PictureDecoder Load(string vae, Backend? device) => new(VaeFile.Load(vae, own: null, device));

    /// <summary>A model's upscaler; null where it has none.</summary>
    public static ModelComponent? UpscalerOf(ModelSource model)
    {
        // Not a component of the index: diffusers, which has no such part, should still load the rest.
        string folder = Path.Combine(model.Path, UpscalerName);
        return Directory.Exists(folder) ? new ModelComponent(folder).Held(model.Holding) : null;
    }

    /// <summary>How the autoencoder is held: who draws from noise alone needs no encoder.</summary>
    public static WeightHolding HoldingOf(ModelSource model) => model.Holding with { Postponed = "encoder." };

    /// <summary>The numbers of a model's upscaler; null where it has none.</summary>
    public static PixelShuffleUpscalerConfig? UpscalerConfigOf(ModelSource model) =>
        UpscalerOf(model) is ModelComponent upscaler ? PixelShuffleUpscalerConfig.FromJson(upscaler.Config) : null;

    /// <summary>Latents of the diffusion model of pixels [1, h, w, 3]: a sample for each picture of the noise [n, h, w, c], or, without it, the mean.</summary>
    public Tensor Encode(Tensor pixels, Tensor? noise)
    {
        Begins?.Invoke();
        _vae.Weights.Restore(postponed: true);
        using Scope scope = new();
        return scope.Keep(_vae.Encode(pixels, noise));
    }

    /// <summary>The mean of a picture's latents on the autoencoder's own scale, as editing models read it.</summary>
    public Tensor Middle(Tensor pixels)
    {
        Begins?.Invoke();
        _vae.Weights.Restore(postponed: true);
        using Scope scope = new();
        return scope.Keep(_vae.Middle(pixels));
    }

    /// <summary>Pixels [n, h, w, 3], about -1..1, of latents of the diffusion model.</summary>
    public Tensor Pixels(Tensor latent)
    {
        Begins?.Invoke();
        using Scope scope = new();
        Tensor pixels = _vae.Decode(latent);
        return scope.Keep(_upscaler?.Model.Forward(pixels) ?? pixels);
    }

    /// <summary>The pictures of latents. One is decoded at a time: full-size activations are what takes memory.</summary>
    public IReadOnlyList<Image> Decode(Tensor latent)
    {
        Image[] images = new Image[latent.Shape[0]];
        for (int i = 0; i < images.Length; i++)
        {
            using Scope scope = new();
            images[i] = ToImage(Pixels(latent.Slice(0, i, 1)));
        }
        return images;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vae.Dispose();
        _upscaler?.Dispose();
    }

    private static Image ToImage(Tensor pixels)
    {
        RunCheck.Pixels(pixels.ToArray());
        return TensorImages.From(pixels)[0];
    }
}
