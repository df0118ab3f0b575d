using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// Enlarges pictures by a network of the ESRGAN family, by a <see cref="PixelShuffleUpscaler"/>, or by plain resampling.
/// <code>
/// using PictureUpscaler upscaler = PictureUpscaler.Load("4x-something.pth");
/// Image large = upscaler.Upscale(small);
/// </code>
/// </summary>
public sealed class PictureUpscaler : IDisposable
{
    private const int ScaleOfResampling = 2;

    // The web UI repeats a network at most as often to reach a size.
    private const int MostPasses = 3;

    private readonly UpscalingNetwork? _network;
    private readonly Resampling _resampling = Resampling.Lanczos;

    private PictureUpscaler(string name, UpscalingNetwork network) => (Name, _network) = (name, network);

    private PictureUpscaler(string name, Resampling resampling) => (Name, _resampling) = (name, resampling);

    /// <summary>The file's or folder's name without extension, or that of the resampling.</summary>
    public string Name { get; }

    /// <summary>How many times larger height and width become; 2 for plain resampling.</summary>
    public int Scale => _network?.Scale ?? ScaleOfResampling;

    /// <summary>
    /// Loads an upscaler: a file (<c>.safetensors</c>, <c>.pth</c>) of ESRGAN, Real-ESRGAN or its compact network, recognised by its keys; the folder
    /// of a <see cref="PixelShuffleUpscaler"/>; or, without any file, <c>nearest</c>, <c>bilinear</c>, <c>bicubic</c>, <c>lanczos</c>.
    /// </summary>
    /// <exception cref="PareidoliaException">It is missing, damaged, or no upscaler that is known here.</exception>
    public static PictureUpscaler Load(string file, Backend? device = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!Path.Exists(file) && Enum.TryParse(file, ignoreCase: true, out Resampling resampling) && Enum.IsDefined(resampling))
            return new PictureUpscaler(resampling.ToString(), resampling);
        return new PictureUpscaler(Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(file)), UpscalingNetwork.Load(file, device));
    }

    /// <summary>
    /// How many times larger the network of a file or folder makes pictures, read without its weights; null where it is missing, damaged, or no
    /// upscaler that is known here.
    /// </summary>
    public static int? ScaleOf(string file) => UpscalingNetwork.ScaleOf(file);

    /// <summary>A picture <see cref="Scale"/> times as large; transparency is laid over white.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="tile">Pixels of a side that are worked on at once, at least 16; 0 for the whole picture.</param>
    /// <param name="overlap">Pixels that neighbouring tiles share and blend over, at most half a tile.</param>
    /// <exception cref="PareidoliaException">Tile and overlap do not fit.</exception>
    public Image Upscale(Image picture, int tile = 192, int overlap = 8)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (_network is not UpscalingNetwork network)
            return Resize.To(picture, Scale * picture.Width, Scale * picture.Height, _resampling);
        Image rgb = picture.ToRgb();
        BlendedPicture large = new(Scale * rgb.Width, Scale * rgb.Height, Scale);
        foreach (TileSpan rows in TileSpan.Cut(rgb.Height, tile, overlap))
            foreach (TileSpan columns in TileSpan.Cut(rgb.Width, tile, overlap))
                large.Add(Enlarged(network, rgb.Crop(columns.From, rows.From, columns.Length, rows.Length)), rows, columns);
        return large.ToImage();
    }

    /// <summary>
    /// A picture of exactly this size: enlarged as often as it takes (three times at most), then brought to size by Lanczos or by the
    /// upscaler's own resampling, as the web UI does it.
    /// </summary>
    /// <exception cref="PareidoliaException">Tile and overlap do not fit.</exception>
    public Image UpscaleTo(Image picture, int width, int height, int tile = 192, int overlap = 8)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Image large = picture;
        for (int pass = 0; _network is not null && pass < MostPasses && (large.Width < width || large.Height < height); pass++)
            large = Upscale(large, tile, overlap);
        return Resize.To(large, width, height, _resampling);
    }

    /// <summary>Releases the network.</summary>
    public void Dispose() => _network?.Dispose();

    // [h scale, w scale, 3] in about 0..1
    private static float[] Enlarged(UpscalingNetwork network, Image part)
    {
        using Approximation fast = new();
        using Scope scope = new();
        float[] values = Array.ConvertAll(part.Pixels, value => value / 255f);
        return network.Enlarge(Tensor.From(values, [1, part.Height, part.Width, 3], network.Weights.Device)).ToArray();
    }
}
