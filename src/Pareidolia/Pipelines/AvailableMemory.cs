using System.Globalization;

namespace Pareidolia.Pipelines;

/// <summary>Memory that a process may still take: what the system has left, within the limits of its control groups (versions 1 and 2).</summary>
internal static class AvailableMemory
{
    private const string Groups = "sys/fs/cgroup";

    /// <summary>Bytes; null where the system does not tell.</summary>
    /// <param name="root">The root of the file system; another one for tests.</param>
    public static long? Read(string root = "/")
    {
        long?[] all = [FreeOfSystem(root), .. GroupsOf(root).SelectMany(folder => (long?[])[FreeOfGroup(folder, "memory.max", "memory.current"),
            FreeOfGroup(folder, "memory.limit_in_bytes", "memory.usage_in_bytes")])];
        return all.Min();
    }

    // "MemAvailable:   20411012 kB"
    private static long? FreeOfSystem(string root)
    {
        string? line = Lines(Path.Combine(root, "proc/meminfo")).FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line is null ? null : Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    // "0::/user.slice/x" of version 2, "5:memory:/x" of version 1. In a container the own group is often the root that is seen.
    private static IEnumerable<string> GroupsOf(string root)
    {
        yield return Path.Combine(root, Groups);
        yield return Path.Combine(root, Groups, "memory");
        foreach (string[] parts in Lines(Path.Combine(root, "proc/self/cgroup")).Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3))
            if (parts[1] is "" || parts[1].Split(',').Contains("memory"))
                for (string group = parts[2].Trim('/'); group.Length > 0; group = Path.GetDirectoryName(group) ?? "")
                    yield return Path.Combine(root, Groups, parts[1].Length == 0 ? "" : "memory", group);
    }

    // What files hold in its cache is given back when it is needed.
    private static long? FreeOfGroup(string folder, string limitFile, string usedFile)
    {
        if (Number(Lines(Path.Combine(folder, limitFile)).FirstOrDefault()) is not long limit
            || Number(Lines(Path.Combine(folder, usedFile)).FirstOrDefault()) is not long used)
            return null;
        string? cached = Lines(Path.Combine(folder, "memory.stat")).FirstOrDefault(line => line.StartsWith("inactive_file ", StringComparison.Ordinal));
        return Math.Max(0, limit - used + (Number(cached?.Split(' ')[1]) ?? 0));
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
