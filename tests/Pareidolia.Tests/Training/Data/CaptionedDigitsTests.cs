using Pareidolia.Tensors;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.Data;

/// <summary>MNIST as captioned pictures, by the data section of any recipe.</summary>
public sealed class CaptionedDigitsTests
{
    [Fact]
    public void A_data_section_that_names_the_pictures_reads_digits_with_captions_and_labels()
    {
        using TemporaryFolder folder = new();
        TinyDigits.Write(folder, [7, 0]);
        PictureSet set = Load(folder, "\"size\": 32, \"channels\": 1");
        Assert.Equal((2, 32, 1), (set.Pictures.Count, set.Size, set.Channels));
        CaptionRecord seven = set.Pictures[0].Record;
        Assert.Equal(("a handwritten seven", "seven", 7), (seven.Captions[0], seven.Name, seven.Label));
        Assert.Equal(CaptionedDigits.Captions(0), set.Pictures[1].Record.Captions);
        Assert.Equal(seven.Captions.Count, seven.Captions.Distinct().Count());
    }

    [Fact]
    public void The_border_is_black_and_the_picture_lies_in_its_middle()
    {
        using TemporaryFolder folder = new();
        TinyDigits.Write(folder, [3]);
        using Scope scope = new();
        PictureSet set = Load(folder, "\"size\": 30, \"channels\": 3");
        Tensor batch = set.Batch([0]);                                                  // [1, 30, 30, 3]
        Assert.Equal(new Shape([1, 30, 30, 3]), batch.Shape);
        byte[] digit = TinyDigits.Pixels(0, 3);
        for (int y = 0; y < 30; y++)
            for (int x = 0; x < 30; x++)
                Assert.Equal(y is >= 1 and < 29 && x is >= 1 and < 29 ? digit[((y - 1) * 28) + x - 1] : 0, set.Pictures[0].Pixels[((y * 30) + x) * 3]);
    }

    [Fact]
    public void What_augmentation_brings_in_is_black()
    {
        using TemporaryFolder folder = new();
        TinyDigits.Write(folder, [1]);
        using Scope scope = new();
        Tensor moved = Load(folder, "\"size\": 28, \"channels\": 1").Batch([0], new Augmentation(0, Shift: 1, Zoom: 0), draw: 3);
        float[] values = moved.ToArray();
        Assert.Contains(-1f, values);
        Assert.True(values.Count(value => value == -1) > 28);
    }

    [Theory]
    [InlineData("\"size\": 27", "27 pixels")]
    [InlineData("\"size\": 57", "57 pixels")]
    [InlineData("\"size\": 28, \"channels\": 2", "channels = 2")]
    public void A_section_that_asks_for_what_cannot_be_says_so(string fields, string said)
    {
        using TemporaryFolder folder = new();
        TinyDigits.Write(folder, [1]);
        Assert.Contains(said, Assert.Throws<PareidoliaException>(() => Load(folder, fields)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_labels_are_named()
    {
        using TemporaryFolder folder = new();
        TinyDigits.Write(folder, [1]);
        File.Delete(folder[TinyDigits.Labels]);
        Assert.Contains(TinyDigits.Labels, Assert.Throws<PareidoliaException>(() => Load(folder, "\"size\": 28")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_set_is_read_whole()
    {
        DataRoot root = SharedData.Require("mnist");
        PictureSet set = PictureSet.Load(root, JsonConfig.Parse("""{ "test": "mnist/t10k-images-idx3-ubyte.gz", "channels": 1, "size": 28 }""", "data"), "test");
        Assert.Equal(10_000, set.Pictures.Count);
        Assert.Equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], Enumerable.Range(0, 10).Select(digit => set.Pictures.Count(p => p.Record.Label == digit)));
    }

    private static PictureSet Load(TemporaryFolder folder, string fields) =>
        PictureSet.Load(DataRoot.Resolve(folder.Path), JsonConfig.Parse($$"""{ "train": "{{TinyDigits.Images}}", {{fields}} }""", "data"), "train");
}
