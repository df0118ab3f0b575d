using Pareidolia.Tensors.Random;

namespace Pareidolia.Diffusion.Randomness;

/// <summary>
/// Draws for several pictures, each from its place in a stream: pictures of one seed in a shared batch read one stream, which is drawn for the
/// whole batch even where only some of it is wanted.
/// </summary>
internal sealed class NoiseDraws
{
    private readonly NoiseSeed[] _pictures;
    private readonly Dictionary<(bool, ulong), RandomStream> _streams = [];

    /// <summary>Streams of the pictures' seeds as <paramref name="streamOf"/> makes them.</summary>
    public NoiseDraws(IEnumerable<NoiseSeed> pictures, Func<ulong, RandomStream> streamOf)
    {
        _pictures = [.. pictures];
        for (int i = 0; i < _pictures.Length; i++)
            _streams[StreamKey(i)] = streamOf(_pictures[i].Seed);
    }

    /// <summary>The next <paramref name="length"/> standard normals of each picture.</summary>
    public float[][] Next(int length)
    {
        Dictionary<(bool, ulong), float[]> drawn = [];
        return [.. _pictures.Select((picture, i) =>
        {
            if (!drawn.TryGetValue(StreamKey(i), out float[]? batch))
            {
                batch = new float[checked(length * picture.Of)];
                _streams[StreamKey(i)].Randn(batch);
                drawn.Add(StreamKey(i), batch);
            }
            return batch.AsSpan(length * picture.Place, length).ToArray();
        })];
    }

    // Without a shared batch every picture has a stream of its own, even two of one seed.
    private (bool Shared, ulong Number) StreamKey(int picture) =>
        _pictures[picture].Of > 1 ? (true, _pictures[picture].Seed) : (false, (ulong)picture);
}
