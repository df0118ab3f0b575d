namespace Pareidolia.Imaging;

/// <summary>
/// A stretch of an axis that is worked on by itself. It reaches over its own part into its neighbours', and the results are blended there: in
/// the middle half of the overlap, so that what is nearest to a cut, where a network sees no neighbours, does not count at all.
/// </summary>
/// <param name="From">The first place that is worked on.</param>
/// <param name="To">The place behind the last one.</param>
/// <param name="OwnFrom">Where its own part begins; negative infinity at the picture's edge.</param>
/// <param name="OwnTo">Where its own part ends; infinity at the picture's edge.</param>
/// <param name="Blend">Places over which one result passes into the other.</param>
internal readonly record struct TileSpan(int From, int To, float OwnFrom, float OwnTo, float Blend)
{
    // Networks that fold pixels into channels fold the same ones in every tile.
    private const int Grid = 4;

    /// <summary>How many places are worked on.</summary>
    public int Length => To - From;

    /// <summary>Cuts an axis into spans of at most <paramref name="tile"/> places (and a few to keep to the grid); 0 does not cut.</summary>
    public static IReadOnlyList<TileSpan> Cut(int extent, int tile, int overlap)
    {
        if (tile != 0 && (tile < 16 || overlap < 0 || tile < 2 * overlap))
            throw new PareidoliaException($"A tile of {tile} with an overlap of {overlap} cannot be; 0 for no tiles, or at least 16, and twice the overlap, is needed.");
        int count = tile == 0 || extent <= tile ? 1 : (extent + tile - overlap - 1) / (tile - overlap), margin = overlap / 2;
        int Edge(int i) => (int)((long)extent * i / count) / Grid * Grid;
        return [.. Enumerable.Range(0, count).Select(i => new TileSpan(
            i == 0 ? 0 : (Edge(i) - margin) / Grid * Grid,
            i == count - 1 ? extent : Math.Min(extent, Edge(i + 1) + margin),
            i == 0 ? float.NegativeInfinity : Edge(i),
            i == count - 1 ? float.PositiveInfinity : Edge(i + 1),
            margin))];
    }

    /// <summary>How much its result counts at a place, 0 to 1; with those of its neighbours it adds up to 1.</summary>
    public float Weight(float place) => Blend == 0
        ? place >= OwnFrom && place < OwnTo ? 1 : 0
        : Math.Clamp(((place - OwnFrom) / Blend) + 0.5f, 0, 1) * Math.Clamp(((OwnTo - place) / Blend) + 0.5f, 0, 1);
}
