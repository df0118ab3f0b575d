using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Training;

/// <summary>Makes the index of the pictures that a model is trained on.</summary>
public static class PictureIndexing
{
    private const int AtOnce = 64;

    // Our CLIP reads pictures in -1..1.
    private static readonly float[] s_middle = [0.5f, 0.5f, 0.5f];

    /// <summary>Looks at every picture of a set through a model's CLIP.</summary>
    public static PictureIndex Of(ClipModel clip, PictureSet pictures)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(pictures);
        List<float[]> places = [];
        foreach (Picture[] group in pictures.Pictures.Chunk(AtOnce))
            places.AddRange(Places(clip, [.. group.Select(picture => InColour(picture, pictures))]));
        return new PictureIndex(
            [.. places], [.. pictures.Pictures.Select(picture => Copy(InColour(picture, pictures)))],
            [.. pictures.Pictures.Select(picture => (picture.Record.Key, picture.Record.Captions[0]))]);
    }

    private static Image InColour(Picture picture, PictureSet set) => new Image(set.Size, set.Size, set.Channels, picture.Pixels).ToRgb();

    private static byte[] Copy(Image image) => Resize.To(image, PictureIndex.Side, PictureIndex.Side, Resampling.Box).Pixels;

    private static IEnumerable<float[]> Places(ClipModel clip, Image[] images)
    {
        using Scope scope = new();
        int size = clip.Config.Vision.ImageSize;
        float[] pixels = [.. images.SelectMany(image => ClipPixels.Of(image, size, s_middle, s_middle))];
        float[] encoded = clip.EncodeImage(Tensor.From(pixels, [images.Length, size, size, 3])).L2Normalize().ToArray();
        return encoded.Chunk(encoded.Length / images.Length);
    }
}
