using Pareidolia.Tensors.Random;

namespace Pareidolia.Diffusion.Randomness;

/// <summary>
/// Noise of SDE samplers from one Brownian path for each picture (or batch), so that the noise of a step is the sum of that of its parts, as
/// k-diffusion draws it: the path runs over sigma, and a step's increment is divided by the root of its length.
/// </summary>
internal sealed class BrownianNoise
{
    private readonly (BrownianTree Tree, NoiseSeed Picture)[] _pictures;
    private readonly int _length;

    /// <summary>Paths for pictures of <paramref name="length"/> numbers, over the sigmas of the levels.</summary>
    public BrownianNoise(
        IEnumerable<NoiseSeed> pictures, int length, IReadOnlyList<NoiseLevel> levels, Func<ulong, RandomStream> streamOf)
    {
        float[] sigmas = [.. levels.Select(level => (float)level.Ratio).Where(sigma => sigma > 0 && float.IsFinite(sigma))];
        (float min, float max) = (sigmas.Min(), sigmas.Max());
        Dictionary<(ulong, int), BrownianTree> trees = [];
        _length = length;
        _pictures = [.. pictures.Select(picture =>
        {
            if (!trees.TryGetValue((picture.Seed, picture.Of), out BrownianTree? tree))
            {
                tree = new BrownianTree(min, max, checked(length * picture.Of), picture.Seed, streamOf);
                trees.Add((picture.Seed, picture.Of), tree);
            }
            return (tree, picture);
        })];
    }

    /// <summary>Standard normals of each picture for a step.</summary>
    public float[][] Between(NoiseLevel from, NoiseLevel to)
    {
        (float high, float low) = ((float)from.Ratio, (float)to.Ratio);
        float scale = MathF.Sqrt(Math.Abs(low - high)) * (low < high ? -1 : 1);
        (low, high) = (Math.Min(low, high), Math.Max(low, high));
        Dictionary<BrownianTree, float[]> drawn = [];
        return [.. _pictures.Select(entry =>
        {
            if (!drawn.TryGetValue(entry.Tree, out float[]? batch))
            {
                batch = Array.ConvertAll(entry.Tree.Increment(low, high), value => value / scale);
                drawn.Add(entry.Tree, batch);
            }
            return batch.AsSpan(_length * entry.Picture.Place, _length).ToArray();
        })];
    }
}
