using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>A picture to start from as networks read it.</summary>
/// <param name="Picture">[1, h, w, 3] in -1..1.</param>
/// <param name="Mask">[1, h, w, 1] in 0..1, 1 is painted anew; null for all of it.</param>
internal sealed record SourcePixels(Tensor Picture, Tensor? Mask)
{
    /// <summary>A picture and its mask at this size.</summary>
    public static SourcePixels Of(PreparedSource source, int width, int height, Backend device)
    {
        (Image picture, Image? mask) = source.At(width, height);
        return new SourcePixels(OfPicture(picture, device), mask is null ? null : Pixels(mask, device));
    }

    /// <summary>A picture's pixels [1, h, w, 3] in -1..1.</summary>
    public static Tensor OfPicture(Image picture, Backend device) => Pixels(picture, device).Affine(2, -1);

    // [1, h, w, c] in 0..1
    private static Tensor Pixels(Image image, Backend device) =>
        Tensor.From(Array.ConvertAll(image.Pixels, value => value / 255f), [1, image.Height, image.Width, image.Channels], device);
}

/// <summary>Reads the picture and the mask that a run starts from into latents, in the order in which diffusers draws its noise.</summary>
/// <param name="autoencoder">The model's.</param>
/// <param name="settings">Size, strength, whose ways are followed.</param>
/// <param name="networkChannels">Channels that the denoising network reads.</param>
/// <param name="pixels">The picture; null where a run starts from noise alone.</param>
internal sealed class SourceReading(PictureDecoder autoencoder, GenerateSettings settings, int networkChannels, SourcePixels? pixels)
{
    // Inpainting networks read a mask and a picture's latents beside the sample.
    private bool IsInpainting => networkChannels == (2 * autoencoder.LatentChannels) + 1;

    // Editing networks (instruct-pix2pix) read the picture's latents beside the sample.
    private bool IsEditing => networkChannels == 2 * autoencoder.LatentChannels;

    private SamplingTool Tool => settings.Noise.Mode.Tool();

    private (int Rows, int Columns) Cells => (settings.Height / autoencoder.Factor, settings.Width / autoencoder.Factor);

    // diffusers does not start from the picture where a network that is told of it paints all of the steps.
    private bool NeedsKnown => pixels is not null
        && !(Tool == SamplingTool.Diffusers && (IsEditing || (IsInpainting && pixels.Mask is not null)) && settings.Source?.Strength is null or 1);

    private MaskRules Masking => settings.Source?.Masking ?? new MaskRules();

    /// <summary>Draws noise for each distribution that is sampled, and for the start.</summary>
    /// <param name="draw">The next noise.</param>
    /// <param name="filling">Noise for the masked part, where it is to begin with some.</param>
    public RunStart Begin(Func<Tensor> draw, Func<Tensor> filling)
    {
        using Scope scope = new();
        Tensor? known = NeedsKnown ? Encoded(pixels!.Picture, draw) : null;
        Tensor noise = draw();
        Tensor? kept = pixels?.Mask is not null || IsInpainting ? Encoded(Kept(), draw) : null;
        Tensor? mask = pixels?.Mask is Tensor painted ? LatentMask(painted) : null;
        if (known is not null && mask is not null)
            known = Filled(known, mask, filling);
        return new RunStart(new Latent(Scope.Detach(noise)))
        {
            Known = Detached(known),
            Beside = IsInpainting ? Detached(Beside(mask, kept!, noise.Shape[0])) : IsEditing ? Detached(Edited(noise.Shape[0])) : null,
            Mask = Detached(mask),
        };
    }

    // What the mask will paint anew begins as it was asked for.
    private Tensor Filled(Tensor known, Tensor mask, Func<Tensor> filling) => Masking.Content switch
    {
        MaskedContent.Noise => (known * mask.Affine(-1, 1)) + (filling() * mask),
        MaskedContent.Nothing => known * mask.Affine(-1, 1),
        _ => known,
    };

    private static Tensor? Detached(Tensor? tensor) => tensor is null ? null : Scope.Detach(tensor);

    private Tensor Encoded(Tensor picture, Func<Tensor> draw) => autoencoder.Encode(picture, Tool == SamplingTool.Diffusers ? draw() : null);

    // [n, h, w, 1 + c]
    private Tensor Beside(Tensor? mask, Tensor kept, int count)
    {
        (int rows, int columns) = Cells;
        Tensor painted = mask ?? Tensor.Full([1, rows, columns, 1], 1, autoencoder.Device);
        return Tensor.Concat(-1, painted.BroadcastTo([count, rows, columns, 1]), kept.BroadcastTo([count, .. kept.Shape.Skip(1)]));
    }

    // [n, h, w, c]: the distribution's middle, on the autoencoder's own scale.
    private Tensor Edited(int count)
    {
        Tensor picture = pixels?.Picture
            ?? throw new PareidoliaException("This model edits pictures: name one to start from (--init), and say in the prompt what to change.");
        Tensor latent = autoencoder.Middle(picture);
        return latent.BroadcastTo([count, .. latent.Shape.Skip(1)]);
    }

    // The picture, grey where it will be painted; all grey where there is none.
    private Tensor Kept()
    {
        (int rows, int columns) = Cells;
        if (pixels is null)
            return Tensor.Zeros([1, rows * autoencoder.CellPixels, columns * autoencoder.CellPixels, 3], autoencoder.Device);
        return pixels.Mask is null ? pixels.Picture.Scale(0) : pixels.Picture * Rounded(pixels.Mask).Affine(-1, 1);
    }

    // [1, rows, columns, 1]: each program has its own way from pixels to cells.
    private Tensor LatentMask(Tensor mask)
    {
        (int rows, int columns) = Cells;
        return Tool switch
        {
            SamplingTool.ComfyUi => mask.Interpolate(rows, columns, Interpolation.Bilinear),
            SamplingTool.WebUi when Masking.Soft => Shrunk(mask, rows, columns),
            SamplingTool.WebUi => Rounded(Shrunk(mask, rows, columns)),
            _ => Rounded(mask).Interpolate(rows, columns, Interpolation.Nearest),
        };
    }

    private Tensor Shrunk(Tensor mask, int rows, int columns)
    {
        byte[] grey = Array.ConvertAll(mask.ToArray(), value => (byte)MathF.Round(value * 255));
        Image cells = Resize.To(new Image(mask.Shape[2], mask.Shape[1], 1, grey), columns, rows, Resampling.Bicubic);
        return Tensor.From(Array.ConvertAll(cells.Pixels, value => value / 255f), [1, rows, columns, 1], autoencoder.Device);
    }

    private Tensor Rounded(Tensor mask) =>
        Tensor.From(Array.ConvertAll(mask.ToArray(), value => value < 0.5f ? 0f : 1f), mask.Shape, autoencoder.Device);
}
