using System.Formats.Tar;
using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

public sealed class ShardReaderTests
{
    private static readonly byte[] Three = Shards.Tar(("a.txt", Shards.Text("first")), ("b.txt", new byte[1000]), ("c.txt", Shards.Text("last")));

    [Theory]
    [InlineData(TarEntryFormat.V7, 60)]
    [InlineData(TarEntryFormat.Ustar, 60)]
    [InlineData(TarEntryFormat.Ustar, 140)]
    [InlineData(TarEntryFormat.Gnu, 300)]
    [InlineData(TarEntryFormat.Pax, 300)]
    public void Reads_every_format_with_long_names(TarEntryFormat format, int nameLength)
    {
        string name = string.Concat(Enumerable.Repeat("folder/", nameLength / 7)) + "é.txt";
        byte[] tar = Shards.Tar(format, (name, Shards.Text("first")), ("b.txt", new byte[512]), ("empty.txt", []));
        (List<TarMember> members, BrokenMembers broken) = Shards.Read(tar);
        Assert.Equal([name, "b.txt", "empty.txt"], members.Select(member => member.Name));
        Assert.Equal([5, 512, 0], members.Select(member => member.Content.Length));
        Assert.Equal(0, broken.Count);
    }

    [Fact]
    public void Folders_and_links_are_passed_over()
    {
        using MemoryStream stream = new();
        using (TarWriter writer = new(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "folder/"));
            writer.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "a.txt") { DataStream = new MemoryStream([1]) });
        }
        (List<TarMember> members, BrokenMembers broken) = Shards.Read(stream.ToArray());
        Assert.Equal("a.txt", Assert.Single(members).Name);
        Assert.Equal(0, broken.Count);
    }

    [Fact]
    public void After_a_damaged_header_reading_goes_on_at_the_next_one()
    {
        byte[] tar = [.. Three];
        tar[1024 + 3] ^= 0x40;
        (List<TarMember> members, BrokenMembers broken) = Shards.Read(tar);
        Assert.Equal(["a.txt", "c.txt"], members.Select(member => member.Name));
        BrokenMember report = Assert.Single(broken.All);
        Assert.Equal(("shard.tar", "the member at byte 1024"), (report.Shard, report.Name));
        Assert.Contains("wrong checksum", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_shard_is_reported_with_the_member_it_lost()
    {
        (List<TarMember> members, BrokenMembers broken) = Shards.Read(Three[..2000]);
        Assert.Equal("a.txt", Assert.Single(members).Name);
        BrokenMember report = Assert.Single(broken.All);
        Assert.Equal("b.txt", report.Name);
        Assert.Contains("claims 1000 bytes and 464 are left", report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_cut_between_members_is_reported_too()
    {
        (List<TarMember> members, BrokenMembers broken) = Shards.Read(Three[..1024]);
        Assert.Single(members);
        Assert.Contains("cut short", Assert.Single(broken.All).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_over_the_limit_is_reported_and_passed_over()
    {
        (List<TarMember> members, BrokenMembers broken) = Shards.Read(Three, memberLimit: 999);
        Assert.Equal(["a.txt", "c.txt"], members.Select(member => member.Name));
        Assert.Equal("shard.tar: b.txt was skipped: it has 1000 bytes; at most 999 are read.", Assert.Single(broken.All).ToString());
    }

    [Fact]
    public void What_is_no_tar_file_gives_one_report_and_no_member()
    {
        byte[] noise = new byte[100_000];
        new System.Random(1).NextBytes(noise);
        (List<TarMember> members, BrokenMembers broken) = Shards.Read(noise);
        Assert.Empty(members);
        Assert.Single(broken.All);
    }

    [Fact]
    public void Twenty_thousand_mutated_shards_crash_nothing()
    {
        byte[] original = Shards.Tar(TarEntryFormat.Pax, ("a.txt", Shards.Text("first")), (new string('n', 200), new byte[600]), ("c.txt", []));
        Mutator mutator = new(5);
        int whole = 0, hurt = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] tar = mutator.Mutate(original);
            if (i % 2 == 0)
                RepairChecksums(tar);
            (List<TarMember> members, BrokenMembers broken) = Shards.Read(tar, memberLimit: 4096);
            Assert.All(members, member => Assert.True(member.Content.Length <= 4096));
            _ = broken.Count == 0 ? whole++ : hurt++;
        }
        Assert.True(whole > 500 && hurt > 5000, $"{whole} shards read whole, {hurt} with reports");
    }

    /// <summary>Lets mutated headers past the checksum, so that wrong sizes and types are met.</summary>
    private static void RepairChecksums(byte[] tar)
    {
        for (int start = 0; start + 512 <= tar.Length; start += 512)
        {
            Span<byte> block = tar.AsSpan(start, 512);
            if (!block.Slice(257, 5).SequenceEqual("ustar"u8))
                continue;
            block.Slice(148, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte value in block)
                sum += value;
            System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", block.Slice(148, 7));
        }
    }
}
