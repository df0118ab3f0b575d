using Pareidolia.Files;

namespace Pareidolia.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Writes_the_content_and_leaves_nothing_else()
    {
        AtomicFile.Write(_folder["a.bin"], stream => stream.Write([1, 2, 3]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_folder["a.bin"]));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Replaces_an_existing_file()
    {
        File.WriteAllText(_folder["a.bin"], "a longer old content");
        AtomicFile.Write(_folder["a.bin"], stream => stream.Write([7]));
        Assert.Equal([7], File.ReadAllBytes(_folder["a.bin"]));
    }

    [Fact]
    public void A_failure_while_writing_keeps_the_old_file_and_removes_the_temporary_one()
    {
        File.WriteAllText(_folder["a.bin"], "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(_folder["a.bin"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException("half way");
        }));
        Assert.Equal("old", File.ReadAllText(_folder["a.bin"]));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => AtomicFile.Write(_folder["no/a.bin"], _ => { }));
        Assert.Contains(_folder["no/a.bin"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_the_way_is_refused_and_nothing_is_left()
    {
        Directory.CreateDirectory(_folder["a"]);
        Assert.Throws<PareidoliaException>(() => AtomicFile.Write(_folder["a"], stream => stream.WriteByte(1)));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_name_of_255_bytes_can_be_written()
    {
        string longest = new('n', 255);
        AtomicFile.Write(_folder[longest], stream => stream.WriteByte(1));
        Assert.True(File.Exists(_folder[longest]));
    }
}
