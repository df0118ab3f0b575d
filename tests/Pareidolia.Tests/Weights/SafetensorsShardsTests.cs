using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

public sealed class SafetensorsShardsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SafetensorsShardsTests()
    {
        Write("model-00001-of-00002.safetensors", "a", 1);
        Write("model-00002-of-00002.safetensors", "b", 2);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_index_opens_all_shards_as_one_set()
    {
        using SafetensorsShards shards = new(Index("""{"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}"""));
        Assert.Equal(["a", "b"], shards.Names);
        Assert.Equal(2, shards.Files.Count);
        Assert.Equal([2], shards.FileOf("b").Bytes("b").ToArray());
        Assert.True(shards.Has("a") && !shards.Has("c"));
        Assert.Throws<PareidoliaException>(() => shards.FileOf("c"));
    }

    [Fact]
    public void A_single_file_is_a_set_as_well()
    {
        using SafetensorsShards shards = new(_folder["model-00001-of-00002.safetensors"]);
        Assert.Equal(["a"], shards.Names);
    }

    [Theory]
    [InlineData("""{"a": "model-00002-of-00002.safetensors"}""", "has no tensor \"a\"")]
    [InlineData("""{"a": "model-00003-of-00002.safetensors"}""", "model-00003-of-00002.safetensors")]
    [InlineData("""{"a": "../secret.safetensors"}""", "beside it is needed")]
    [InlineData("""{"a": "/secret.safetensors"}""", "beside it is needed")]
    [InlineData("""{"a": "secret.txt"}""", "beside it is needed")]
    [InlineData("""{"a": 1}""", "a text is needed")]
    [InlineData("null", "has no \"weight_map\"")]
    public void An_index_that_does_not_fit_is_refused(string map, string reason)
    {
        string message = Assert.Throws<PareidoliaException>(() => new SafetensorsShards(Index(map)).Dispose()).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    private string Index(string map)
    {
        string path = _folder["model.safetensors.index.json"];
        File.WriteAllText(path, $$"""{"metadata": {"total_size": 2}, "weight_map": {{map}}}""");
        return path;
    }

    private void Write(string file, string name, byte value) =>
        SafetensorsWriter.Write(_folder[file], [new SafetensorsSource(name, SafetensorsType.U8, [1], stream => stream.WriteByte(value))]);
}
