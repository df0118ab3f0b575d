using System.IO.Compression;
using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

public sealed class IdxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_plain_and_gzipped_files(bool isZipped)
    {
        IdxFile file = IdxFile.Load(Write([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6], isZipped));
        Assert.Equal([2, 3], file.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Values);
    }

    [Theory]
    [InlineData("00000801000000", "Cannot read")]
    [InlineData("0000080100000003AABB", "more than it can hold")]
    [InlineData("0000080100000001AABB", "more bytes than its shape [1] needs")]
    [InlineData("00000D0100000001AABBCCDD", "begins with 00000D01")]
    [InlineData("0000080000", "begins with 00000800")]
    [InlineData("00000804FFFFFFFF000000010000000100000001", "claims the shape [-1, 1, 1, 1]")]
    [InlineData("000008047FFFFFFF7FFFFFFF7FFFFFFF7FFFFFFF", "claims the shape")]
    public void A_broken_file_is_refused_in_one_sentence(string content, string reason)
    {
        string path = Write(Convert.FromHexString(content), isZipped: false);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => IdxFile.Load(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_gzip_that_claims_a_gigabyte_is_refused_before_memory_is_taken()
    {
        string path = Write([0, 0, 8, 1, 0x40, 0, 0, 0], isZipped: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("1073741824", Assert.Throws<PareidoliaException>(() => IdxFile.Load(path)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_damaged_gzip_is_refused()
    {
        string path = Write(new byte[500], isZipped: true);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[12] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        Assert.Throws<PareidoliaException>(() => IdxFile.Load(path));
        Assert.Throws<PareidoliaException>(() => IdxFile.Load(_folder["none"]));
    }

    private string Write(byte[] content, bool isZipped)
    {
        using MemoryStream stream = new();
        using (Stream target = isZipped ? new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true) : stream)
            target.Write(content);
        File.WriteAllBytes(_folder["a.idx"], stream.ToArray());
        return _folder["a.idx"];
    }
}
