using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

public sealed class WebDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _shards;

    public WebDatasetTests()
    {
        _shards = [.. Enumerable.Range(0, 4).Select(shard => _folder[$"s{shard}.tar"])];
        for (int i = 0; i < _shards.Length; i++)
            File.WriteAllBytes(_shards[i], Shards.Captioned(i * 25, 25));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_shuffling_samples_come_in_the_order_of_the_shards()
    {
        List<string> keys = Keys(Open(shuffle: 0, workers: 3), epoch: 0);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"k{i:d3}"), keys);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 64)]
    [InlineData(7, 3)]
    public void The_order_depends_on_seed_and_epoch_alone(int workers, int prefetch)
    {
        List<string> expected = Keys(Open(shuffle: 20, workers: 1), epoch: 3);
        Assert.Equal(expected, Keys(Open(shuffle: 20, workers, prefetch), epoch: 3));
        Assert.Equal(100, expected.Distinct().Count());
        Assert.NotEqual(expected, Keys(Open(shuffle: 20, workers, prefetch), epoch: 4));
        Assert.NotEqual(expected, Keys(Open(shuffle: 20, workers, prefetch, seed: 2), epoch: 3));
    }

    [Fact]
    public void Shuffling_mixes_far_apart_samples()
    {
        List<string> keys = Keys(Open(shuffle: 100, workers: 2), epoch: 0);
        int stayedNeighbours = keys.Zip(keys.Skip(1)).Count(pair => Number(pair.Second) == Number(pair.First) + 1);
        Assert.InRange(stayedNeighbours, 0, 8);
    }

    [Fact]
    public void The_bytes_that_wait_are_bounded()
    {
        Sample[] samples = [.. Enumerable.Range(0, 50).Select(i => new Sample("s", $"{i}", new Dictionary<string, byte[]> { ["png"] = new byte[100] }))];
        int taken = 0, given = 0, most = 0;
        IEnumerable<Sample> counted = samples.Select(sample =>
        {
            most = Math.Max(most, ++taken - given);
            return sample;
        });
        foreach (Sample _ in ShuffleBuffer.Shuffle(counted, 1000, byteCapacity: 1000, new KeyedRandom(1, 0, "")))
            given++;
        Assert.Equal((50, 11), (given, most));
    }

    [Fact]
    public void Broken_samples_are_skipped_named_and_counted_once()
    {
        File.WriteAllBytes(_shards[1], Shards.Tar(
            ("good.png", [1]), ("good.json", Shards.Text("""{"captions": ["a"]}""")),
            ("no-json.png", [1]),
            ("no-png.json", Shards.Text("""{"captions": ["a"]}""")),
            ("no-caption.png", [1]), ("no-caption.json", Shards.Text("{}")),
            ("bad-json.png", [1]), ("bad-json.json", Shards.Text("{")),
            ("bad-png.png", [255]), ("bad-png.json", Shards.Text("""{"captions": ["a"]}"""))));
        WebDataset<CaptionedImage<byte>> data = Open(shuffle: 10, workers: 3);
        for (int epoch = 0; epoch < 2; epoch++)
            Assert.Equal(76, Keys(data, epoch).Count);
        Assert.Equal(["bad-json", "bad-png", "no-caption", "no-json", "no-png"], data.Broken.All.Select(member => member.Name));
        Assert.All(data.Broken.All, member => Assert.Equal(_shards[1], member.Shard));
        Assert.Equal($"{_shards[1]}: no-json was skipped: it has no caption: a txt or a json is needed beside its png.", data.Broken.All[3].ToString());
    }

    [Fact]
    public void Samples_can_be_left_out_before_their_picture_is_decoded()
    {
        int decoded = 0;
        WebDataset<CaptionedImage<byte>> data = CaptionedImages.Open(
            _shards, _ => (byte)Interlocked.Increment(ref decoded), record => Number(record.Key) < 10, Options(0, 2, 8, 1));
        Assert.Equal(10, Keys(data, 0).Count);
        Assert.Equal((10, 0), (decoded, data.Broken.Count));
    }

    [Fact]
    public void Leaving_the_loop_early_stops_the_reading()
    {
        int decoded = 0;
        WebDataset<CaptionedImage<byte>> data = CaptionedImages.Open(
            _shards, _ => (byte)Interlocked.Increment(ref decoded), null, Options(0, 2, 4, 1));
        Assert.Equal(3, data.Epoch(0).Take(3).Count());
        int afterwards = decoded;
        Assert.InRange(afterwards, 3, 20);
        Thread.Sleep(20);
        Assert.Equal(afterwards, decoded);
    }

    [Fact]
    public void A_cancelled_epoch_ends_with_the_exception_for_it()
    {
        using CancellationTokenSource cancel = new();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (CaptionedImage<byte> _ in Open(shuffle: 0, workers: 2, prefetch: 4).Epoch(0, cancel.Token))
                cancel.Cancel();
        });
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        WebDataset<CaptionedImage<byte>> data = CaptionedImages.Open<byte>([_shards[0], _folder["none.tar"]], _ => 0);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => Keys(data, 0));
        Assert.Contains(_folder["none.tar"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decoders_own_mistake_is_not_taken_for_a_broken_sample()
    {
        WebDataset<CaptionedImage<byte>> data = CaptionedImages.Open<byte>(_shards, _ => throw new InvalidOperationException());
        Assert.Throws<InvalidOperationException>(() => Keys(data, 0));
    }

    [Fact]
    public void Members_are_grouped_by_the_first_dot_of_the_file_name()
    {
        byte[] tar = Shards.Tar(("d.1/cat.png", [1]), ("d.1/cat.seg.png", [2]), ("d.1/cat.JSON", [3]), ("README", [4]), (".hidden.txt", [5]), ("dog.png", [6]), ("dog.png", [7]));
        BrokenMembers broken = new();
        (List<TarMember> members, _) = Shards.Read(tar);
        List<Sample> samples = [.. SampleGrouping.Group(members, "s", broken)];
        Assert.Equal(["d.1/cat", "dog"], samples.Select(sample => sample.Key));
        Assert.Equal(["png", "seg.png", "json"], samples[0].Parts.Keys);
        Assert.Equal([6], samples[1].Part("png").ToArray());
        Assert.Equal("s: dog was skipped: it has two parts png; the first counts.", Assert.Single(broken.All).ToString());
    }

    private WebDataset<CaptionedImage<byte>> Open(int shuffle, int workers, int prefetch = 8, ulong seed = 1) =>
        CaptionedImages.Open(_shards, Decode, null, Options(shuffle, workers, prefetch, seed));

    private static WebDatasetOptions Options(int shuffle, int workers, int prefetch, ulong seed) =>
        new() { Seed = seed, ShuffleBuffer = shuffle, Workers = workers, Prefetch = prefetch };

    private static byte Decode(ReadOnlyMemory<byte> png) =>
        png.Span[0] < 255 ? png.Span[0] : throw new PareidoliaException("its picture cannot be decoded.");

    private static int Number(string key) => int.Parse(key[1..], System.Globalization.CultureInfo.InvariantCulture);

    private static List<string> Keys(WebDataset<CaptionedImage<byte>> data, int epoch) => [.. data.Epoch(epoch).Select(item => item.Record.Key)];
}
