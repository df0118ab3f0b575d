using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Nn;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>Where a run begins and ends: pictures and noise become latents, and latents pictures.</summary>
/// <param name="parts">The networks.</param>
/// <param name="arithmetic">How they compute.</param>
internal sealed class RunEnds(ModelParts parts, RunArithmetic arithmetic)
{
    /// <summary>Pixels that the autoencoder gives for each cell.</summary>
    public int CellPixels => parts.Decoder.CellPixels;

    /// <summary>What a batch starts from: the next noise of the streams and, where the settings name a picture, its latents. The caller disposes it.</summary>
    public RunStart Begin(PictureNoise noise, GenerateSettings settings)
    {
        using Scope scope = new();
        using WrappedEdges? edges = settings.Tiling.Open();
        (int width, int height) = (settings.Width / parts.Factor * CellPixels, settings.Height / parts.Factor * CellPixels);
        SourcePixels? pixels = settings.Source is SourcePicture source
            ? SourcePixels.Of(new PreparedSource(source, settings), width, height, parts.Decoder.Device)
            : null;
        return Begin(noise.Start, settings, pixels, noise.Unvaried);
    }

    /// <summary>The same with noise as it is given, in the order in which diffusers draws it.</summary>
    public RunStart Begin(Func<Tensor> draw, GenerateSettings settings, SourcePixels? pixels, Func<Tensor>? filling = null)
    {
        using IDisposable computing = arithmetic.OpenCoding();
        return new SourceReading(parts.Decoder, settings, parts.UNet.Model.Config.InChannels, pixels).Begin(draw, filling ?? draw);
    }

    /// <summary>Latents [1, h, w, c] of a picture.</summary>
    public Tensor Encode(Image picture, Tiling tiling)
    {
        using IDisposable computing = arithmetic.OpenCoding();
        using WrappedEdges? edges = tiling.Open();
        return parts.Decoder.Encode(SourcePixels.OfPicture(picture, parts.Decoder.Device), null);
    }

    /// <summary>The pictures of latents.</summary>
    /// <exception cref="PareidoliaException">A picture is not finite, or one number everywhere.</exception>
    public IReadOnlyList<Image> Decode(Latent latent, Tiling tiling)
    {
        using IDisposable computing = arithmetic.OpenCoding();
        using WrappedEdges? edges = tiling.Open();
        return parts.Decoder.Decode(latent.Values);
    }
}
