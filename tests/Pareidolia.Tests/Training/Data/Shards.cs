using System.Formats.Tar;
using System.Text;
using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

/// <summary>Tar shards for tests, written by the runtime's writer: another hand than the reader under test.</summary>
internal static class Shards
{
    public static byte[] Tar(TarEntryFormat format, params (string Name, byte[] Content)[] members)
    {
        using MemoryStream stream = new();
        using (TarWriter writer = new(stream, format, leaveOpen: true))
            foreach ((string name, byte[] content) in members)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    _ => new PaxTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(content);
                writer.WriteEntry(entry);
            }
        return stream.ToArray();
    }

    public static byte[] Tar(params (string Name, byte[] Content)[] members) => Tar(TarEntryFormat.Ustar, members);

    /// <summary>Samples k000, k001 ... with a picture of one byte and a caption.</summary>
    public static byte[] Captioned(int first, int count) => Tar([.. Enumerable.Range(first, count).SelectMany(Sample)]);

    /// <summary>The members of a shard, and what was reported.</summary>
    public static (List<TarMember> Members, BrokenMembers Broken) Read(byte[] tar, long memberLimit = 1 << 20)
    {
        BrokenMembers broken = new();
        List<TarMember> members = [.. new ShardReader(new MemoryStream(tar), "shard.tar", broken, memberLimit).Members()];
        return (members, broken);
    }

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static IEnumerable<(string, byte[])> Sample(int index) =>
    [
        ($"k{index:d3}.png", [(byte)index]),
        ($"k{index:d3}.json", Text($$"""{"key": "k{{index:d3}}", "captions": ["one {{index}}", "two {{index}}", "three {{index}}"]}""")),
    ];
}
