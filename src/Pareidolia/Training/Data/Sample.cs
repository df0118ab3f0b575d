namespace Pareidolia.Training.Data;

/// <summary>The files of a shard that share a key: <c>cat.png</c> and <c>cat.json</c> are parts of the sample cat.</summary>
/// <param name="Shard">The shard's path.</param>
/// <param name="Key">The members' path up to the first dot of the file name.</param>
/// <param name="Parts">Contents by extension: lower case, without the dot.</param>
public sealed record Sample(string Shard, string Key, IReadOnlyDictionary<string, byte[]> Parts)
{
    /// <summary>Bytes of all parts.</summary>
    internal long Bytes => Parts.Values.Sum(part => (long)part.Length);

    /// <summary>A part that a decoder cannot do without.</summary>
    /// <exception cref="PareidoliaException">The sample has no such part.</exception>
    public ReadOnlyMemory<byte> Part(string extension) => Parts.TryGetValue(extension, out byte[]? content)
        ? content
        : throw new PareidoliaException($"it has no {extension}, only {string.Join(", ", Parts.Keys)}.");
}
