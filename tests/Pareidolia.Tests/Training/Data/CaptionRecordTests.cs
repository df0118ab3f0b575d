using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

public sealed class CaptionRecordTests
{
    private static readonly CaptionRecord Apple = new("noto_1f34e", ["a red apple", "an emoji of a red apple", "an apple that is red", "a fruit"]);

    [Fact]
    public void Reads_the_fields_of_the_emoji_set()
    {
        CaptionRecord record = CaptionRecord.Read(Sample("json", """
            {"key": "noto_1f34e", "style": "noto", "name": "red apple", "group": "food-drink", "subgroup": "food-fruit",
             "keywords": ["apple", "fruit"], "captions": ["a red apple", "a fruit"], "holdout": "pair"}
            """));
        Assert.Equal(("noto_1f34e", "noto", "red apple", "food-drink", "food-fruit", "pair"),
            (record.Key, record.Style, record.Name, record.Group, record.Subgroup, record.Holdout));
        Assert.Equal(["a red apple", "a fruit"], record.Captions);
        Assert.Equal(["apple", "fruit"], record.Keywords);
    }

    [Fact]
    public void One_caption_or_a_text_file_is_enough()
    {
        Assert.Equal(["my cat"], CaptionRecord.Read(Sample("json", """{"caption": "my cat"}""")).Captions);
        CaptionRecord record = CaptionRecord.Read(Sample("txt", "my cat\r\n\n a cat on a sofa \n"));
        Assert.Equal(["my cat", "a cat on a sofa"], record.Captions);
        Assert.Equal(("sample", "", "none"), (record.Key, record.Style, record.Holdout));
    }

    [Theory]
    [InlineData("json", "{}", "no caption")]
    [InlineData("json", """{"captions": ["a", " "]}""", "no caption, or an empty one")]
    [InlineData("json", """{"captions": 7}""", "\"captions\" is 7")]
    [InlineData("txt", "\n", "no caption")]
    [InlineData("cls", "3", "it has no caption: a txt or a json is needed beside its cls")]
    public void What_has_no_caption_is_refused(string extension, string text, string reason)
    {
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => CaptionRecord.Read(Sample(extension, text)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endless_caption_is_refused() =>
        Assert.Throws<PareidoliaException>(() => CaptionRecord.Read(Sample("txt", new string('a', 4001))));

    [Fact]
    public void The_caption_of_an_epoch_is_fixed_and_all_come_up_evenly()
    {
        Assert.Equal(Apple.Caption(1, 5), Apple.Caption(1, 5));
        Dictionary<string, int> counts = Enumerable.Range(0, 4000).CountBy(epoch => Apple.Caption(1, epoch)).ToDictionary();
        Assert.Equal(4, counts.Count);
        // Four standard deviations of a binomial count around a quarter of 4000.
        Assert.All(counts.Values, count => Assert.InRange(count, 1000 - 110, 1000 + 110));
    }

    [Fact]
    public void Seeds_and_keys_draw_independently()
    {
        CaptionRecord other = Apple with { Key = "noto_1f34f" };
        int sameKey = Enumerable.Range(0, 4000).Count(epoch => Apple.Caption(1, epoch) == other.Caption(1, epoch));
        int sameSeed = Enumerable.Range(0, 4000).Count(epoch => Apple.Caption(1, epoch) == Apple.Caption(2, epoch));
        Assert.InRange(sameKey, 1000 - 110, 1000 + 110);
        Assert.InRange(sameSeed, 1000 - 110, 1000 + 110);
    }

    private static Sample Sample(string extension, string text) =>
        new("shard.tar", "sample", new Dictionary<string, byte[]> { [extension] = Shards.Text(text) });
}
