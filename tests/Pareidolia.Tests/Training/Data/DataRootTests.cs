using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

public sealed class DataRootTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Finds_files_and_patterns_below_the_root_in_order()
    {
        Directory.CreateDirectory(_folder["emoji"]);
        foreach (string name in (string[])["train-010.tar", "train-002.tar", "val-000.tar"])
            File.WriteAllText(Path.Combine(_folder["emoji"], name), "");
        DataRoot root = DataRoot.Resolve(_folder.Path);
        Assert.Equal(["train-002.tar", "train-010.tar"], root.Files("emoji/train-*.tar").Select(Path.GetFileName));
        Assert.True(File.Exists(root.File("emoji/val-000.tar")));
    }

    [Fact]
    public void What_is_absent_is_named_with_the_place_that_was_searched()
    {
        DataRoot root = DataRoot.Resolve(_folder.Path);
        Assert.Equal($"The data folder '{_folder.Path}' has no file 'a.bin'.", Message(() => root.File("a.bin")));
        Assert.Equal($"The data folder '{_folder.Path}' has no file that matches 'no/*.tar'.", Message(() => root.Files("no/*.tar")));
        Assert.Equal($"The data folder '{_folder["none"]}' (--data) does not exist; name one with --data or PAREIDOLIA_DATA.",
            Message(() => DataRoot.Resolve(_folder["none"])));
    }

    private static string Message(Func<object?> act) => Assert.Throws<PareidoliaException>(act).Message;
}
