namespace Pareidolia.Training.Data;

/// <summary>
/// Puts consecutive members of one key together (the WebDataset convention, https://github.com/webdataset/webdataset).
/// </summary>
internal static class SampleGrouping
{
    /// <summary>Most parts of a sample: more come from a shard that is no data set.</summary>
    private const int PartLimit = 100;

    /// <summary>Samples in the order of their members. Members without an extension, and hidden ones, belong to none.</summary>
    public static IEnumerable<Sample> Group(IEnumerable<TarMember> members, string shard, BrokenMembers broken)
    {
        string? current = null;
        Dictionary<string, byte[]> parts = [];
        foreach (TarMember member in members)
        {
            if (Split(member.Name) is not (string key, string extension))
                continue;
            if (key != current && current is not null)
            {
                yield return new Sample(shard, current, parts);
                parts = [];
            }
            current = key;
            if (parts.Count == PartLimit)
                broken.Add(shard, key, $"it has more than {PartLimit} parts; those from {extension} on are left out.");
            else if (!parts.TryAdd(extension, member.Content))
                broken.Add(shard, key, $"it has two parts {extension}; the first counts.");
        }
        if (current is not null)
            yield return new Sample(shard, current, parts);
    }

    private static (string Key, string Extension)? Split(string name)
    {
        int start = name.LastIndexOf('/') + 1, dot = name.IndexOf('.', start);
        return dot > start && dot < name.Length - 1 ? (name[..dot], name[(dot + 1)..].ToLowerInvariant()) : null;
    }
}
