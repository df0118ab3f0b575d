using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Training;

/// <summary>Where CLIP sees all pictures of a set, computed once.</summary>
internal sealed class ImageEmbeddings
{
    private const int Rows = 64;
    private readonly float[][] _embeddings;

    /// <summary>Lets CLIP look at every picture.</summary>
    /// <exception cref="PareidoliaException">It reads pictures of another size.</exception>
    public ImageEmbeddings(ClipModel clip, PictureSet pictures)
    {
        if (clip.Config.Vision.ImageSize != pictures.Size || pictures.Channels != 3)
            throw new PareidoliaException($"CLIP reads RGB pictures of {clip.Config.Vision.ImageSize} pixels; the recipe's data has size {pictures.Size} and {pictures.Channels} channels.");
        Width = clip.Config.ProjectionDim;
        _embeddings = [.. Enumerable.Range(0, pictures.Pictures.Count).Chunk(Rows).SelectMany(batch =>
        {
            using Scope scope = new();
            return ClipModel.Direction(clip.EncodeImage(pictures.Batch(batch))).ToArray().Chunk(Width).ToArray();
        })];
    }

    /// <summary>Numbers of an embedding.</summary>
    public int Width { get; }

    /// <summary>How many there are.</summary>
    public int Count => _embeddings.Length;

    /// <summary>One token for each picture, [b, 1, width].</summary>
    public Tensor Of(IReadOnlyList<int> batch) => Tensor.From([.. batch.SelectMany(index => _embeddings[index])], [batch.Count, 1, Width]);
}
