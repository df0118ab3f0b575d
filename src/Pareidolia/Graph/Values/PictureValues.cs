using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Values;

/// <summary>IMAGE: pictures of one size.</summary>
/// <param name="Pixels">[n, h, w, 3] in -1..1.</param>
internal sealed record ImageValue(Tensor Pixels) : GraphValue
{
    /// <summary>How many.</summary>
    public int Count => Pixels.Shape[0];

    /// <summary>Rows.</summary>
    public int Height => Pixels.Shape[1];

    /// <summary>Pixels in a row.</summary>
    public int Width => Pixels.Shape[2];

    /// <summary>Of a picture in memory; transparency is left out.</summary>
    public static ImageValue Of(Image image, Backend? device = null)
    {
        // ComfyUI drops the alpha channel, it does not blend.
        Image rgb = image.WithoutAlpha();
        Tensor shades = Tensor.From(Array.ConvertAll(rgb.Pixels, value => value / 255f), [1, rgb.Height, rgb.Width, 3], device);
        return new ImageValue(shades.Affine(2, -1));
    }

    /// <summary>The pictures in 8 bits.</summary>
    public Image[] ToImages() => TensorImages.From(Pixels);

    /// <inheritdoc/>
    public override GraphValue Owned() => new ImageValue(Own(Pixels));

    /// <inheritdoc/>
    protected override void Release() => Pixels.Dispose();
}

/// <summary>MASK: how much of each pixel is chosen.</summary>
/// <param name="Shares">[n, h, w, 1] in 0..1.</param>
internal sealed record MaskValue(Tensor Shares) : GraphValue
{
    /// <summary>How many.</summary>
    public int Count => Shares.Shape[0];

    /// <summary>Rows.</summary>
    public int Height => Shares.Shape[1];

    /// <summary>Pixels in a row.</summary>
    public int Width => Shares.Shape[2];

    /// <summary>Of a picture of one channel.</summary>
    public static MaskValue Of(Image grey, Backend? device = null) =>
        new(Tensor.From(Array.ConvertAll(grey.Pixels, value => value / 255f), [1, grey.Height, grey.Width, 1], device));

    /// <summary>The first one as a picture of one channel.</summary>
    public Image ToImage()
    {
        using Scope scope = new();
        return TensorImages.From(Shares.Slice(0, 0, 1).Affine(2, -1))[0];
    }

    /// <inheritdoc/>
    public override GraphValue Owned() => new MaskValue(Own(Shares));

    /// <inheritdoc/>
    protected override void Release() => Shares.Dispose();
}

/// <summary>LATENT: pictures in a diffusion model's space.</summary>
/// <param name="Samples">[n, h, w, c], on the diffusion model's scale.</param>
internal sealed record LatentValue(Tensor Samples) : GraphValue
{
    /// <summary>[1 or n, height, width, 1] in pixels or cells: 1 is painted anew; null for all.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>
    /// Width and height in pixels of a picture that is still to be drawn: the samples are zeros, and whoever samples gives them its own model's
    /// channels and cells.
    /// </summary>
    public (int Width, int Height)? Blank { get; init; }

    /// <summary>The places of the pictures in the batch whose noise they draw; null for 0, 1, 2 ...</summary>
    public IReadOnlyList<int>? Places { get; init; }

    /// <summary>Pixels of a cell.</summary>
    public int Factor { get; init; } = 8;

    /// <summary>How many.</summary>
    public int Count => Samples.Shape[0];

    /// <summary>Width of its pictures in pixels.</summary>
    public long Width => (long)Samples.Shape[2] * Factor;

    /// <summary>Their height.</summary>
    public long Height => (long)Samples.Shape[1] * Factor;

    /// <summary>The places of all its pictures.</summary>
    public IEnumerable<int> AllPlaces => Places ?? Enumerable.Range(0, Count);

    /// <summary>The same samples with other values: not blank any more.</summary>
    public LatentValue With(Tensor samples) => this with { Samples = samples, Blank = null };

    /// <inheritdoc/>
    public override GraphValue Owned() => this with { Samples = Own(Samples), Mask = OwnOrNull(Mask) };

    /// <inheritdoc/>
    protected override void Release()
    {
        Samples.Dispose();
        Mask?.Dispose();
    }
}
