namespace Pareidolia.Training.Data;

/// <summary>How a <see cref="WebDataset{T}"/> reads.</summary>
public sealed record WebDatasetOptions
{
    /// <summary>Decides the order of shards and samples of every epoch.</summary>
    public ulong Seed { get; init; }

    /// <summary>Samples that wait, still encoded, to be mixed; 0 keeps shards and samples in order.</summary>
    public int ShuffleBuffer { get; init; } = 2000;

    /// <summary>Most bytes that wait to be mixed.</summary>
    public long ShuffleBytes { get; init; } = 256 << 20;

    /// <summary>Threads that decode; any number gives the same samples in the same order.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>Most decoded samples that wait for the reader.</summary>
    public int Prefetch { get; init; } = 64;

    /// <summary>Largest member of a shard, in bytes; larger ones are reported and skipped.</summary>
    public long MemberLimit { get; init; } = 64 << 20;
}

/// <summary>
/// A data set in tar shards of the WebDataset layout, read as a stream: shards and samples are mixed anew in every epoch, decoded
/// ahead on several threads, in bounded memory. The samples and their order depend on shards, seed and epoch alone. Members that
/// are damaged, or that the decoder refuses, are skipped and collected in <see cref="Broken"/>.
/// </summary>
/// <typeparam name="T">What a sample becomes.</typeparam>
/// <param name="shards">The shards' paths; a folder counts as a shard whose members are its files.</param>
/// <param name="decode">Makes something of a sample, from several threads at once; null leaves the sample out, and a
/// <see cref="PareidoliaException"/> counts it as broken.</param>
/// <param name="options">How to read.</param>
/// <param name="broken">Takes the reports; one of its own where none is given.</param>
public sealed class WebDataset<T>(
    IReadOnlyList<string> shards, Func<Sample, T?> decode, WebDatasetOptions? options = null, BrokenMembers? broken = null)
    where T : class
{
    private readonly WebDatasetOptions _options = options ?? new WebDatasetOptions();

    /// <summary>What was skipped so far.</summary>
    public BrokenMembers Broken { get; } = broken ?? new BrokenMembers();

    /// <summary>One pass over all samples. Leaving the loop early stops the reading.</summary>
    /// <param name="epoch">Which pass, from 0: each has its own order.</param>
    /// <param name="cancel">Ends the loop with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="PareidoliaException">A shard is missing or cannot be read.</exception>
    public IEnumerable<T> Epoch(int epoch, CancellationToken cancel = default)
    {
        KeyedRandom random = new(_options.Seed, epoch, "order of samples");
        IEnumerable<Sample> samples = ShuffleBuffer.Shuffle(
            Order(epoch).SelectMany(Read), _options.ShuffleBuffer, _options.ShuffleBytes, random);
        return OrderedDecoding.Map(samples, Decode, _options.Workers, _options.Prefetch, cancel).OfType<T>();
    }

    private string[] Order(int epoch)
    {
        string[] order = [.. shards];
        if (_options.ShuffleBuffer == 0)
            return order;
        KeyedRandom random = new(_options.Seed, epoch, "order of shards");
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = random.Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    private IEnumerable<Sample> Read(string shard) => Directory.Exists(shard) ? SampleFolder.Read(shard, Broken) : ReadShard(shard);

    private IEnumerable<Sample> ReadShard(string shard)
    {
        using FileStream stream = Open(shard);
        ShardReader reader = new(stream, shard, Broken, _options.MemberLimit);
        foreach (Sample sample in SampleGrouping.Group(reader.Members(), shard, Broken))
            yield return sample;
    }

    private static FileStream Open(string shard)
    {
        try
        {
            return new FileStream(shard, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"Cannot read the shard '{shard}': {error.Message}", error);
        }
    }

    private T? Decode(Sample sample)
    {
        try
        {
            return decode(sample);
        }
        catch (PareidoliaException error)
        {
            Broken.Add(sample.Shard, sample.Key, error.Message);
            return null;
        }
    }
}
