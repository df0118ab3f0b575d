using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

/// <summary>The real sets, against the numbers that their page states.</summary>
public sealed class SharedDataTests
{
    [Fact]
    public void Every_training_picture_is_read_and_none_is_broken()
    {
        List<CaptionRecord> records = Records("emoji/train-*.tar", record => true);
        Assert.Equal(9831, records.Select(record => record.Key).Distinct().Count());
        Assert.Equal(9831, records.Count);
        Dictionary<string, int> styles = records.CountBy(record => record.Style).ToDictionary();
        Assert.Equal((1503, 1503, 1502, 1832, 1741, 1750), (styles["fluent-3d"], styles["fluent-flat"], styles["fluent-color"],
            styles["noto"], styles["twemoji"], styles["openmoji"]));
        Assert.All(records, record => Assert.Equal("none", record.Holdout));
        Assert.All(records, record => Assert.InRange(record.Captions.Count, 4, 5));
    }

    [Fact]
    public void Held_out_pictures_say_why_and_a_style_can_be_left_out()
    {
        List<CaptionRecord> records = Records("emoji/val-*.tar", record => record.Style != "openmoji");
        Assert.Equal(329 - 54, records.Count);
        Assert.Equal(["concept", "concept-new-word", "pair"], records.Select(record => record.Holdout).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_good_part_of_the_pictures_may_be_mirrored_but_no_flag_or_symbol()
    {
        List<CaptionRecord> records = Records("emoji/train-*.tar", record => true);
        List<CaptionRecord> mirrored = [.. records.Where(MirrorRule.Allows)];
        Assert.InRange(mirrored.Count, records.Count * 3 / 10, records.Count * 7 / 10);
        Assert.DoesNotContain(mirrored, record => record.Group is "flags" or "symbols");
        Assert.DoesNotContain(mirrored, record => record.Name.Contains("o’clock", StringComparison.Ordinal) || record.Name.Contains("moon", StringComparison.Ordinal));
    }

    [Fact]
    public void Mnist_is_whole()
    {
        DataRoot data = SharedData.Require("mnist");
        MnistSet training = MnistSet.Load(data, isTraining: true), test = MnistSet.Load(data, isTraining: false);
        Assert.Equal((60_000, 10_000), (training.Count, test.Count));
        // The published counts of the ten digits.
        int[] counts = [.. Enumerable.Range(0, 10).Select(digit => training.Labels.Count(label => label == digit))];
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], counts);
        Assert.InRange(training.Images.Average(value => (double)value), 33.31, 33.33);
    }

    private static List<CaptionRecord> Records(string pattern, Func<CaptionRecord, bool> keep)
    {
        WebDataset<CaptionedImage<int>> data = CaptionedImages.Open(SharedData.Require("emoji").Files(pattern), png => png.Length, keep);
        List<CaptionRecord> records = [.. data.Epoch(0).Select(item => item.Record)];
        Assert.Empty(data.Broken.All);
        return records;
    }
}
