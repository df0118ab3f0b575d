using System.Buffers.Binary;
using System.Text;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_reads_back()
    {
        SafetensorsSource[] tensors =
        [
            Source("a", SafetensorsType.BF16, [2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
            Source("наивный \"q\" \\", SafetensorsType.F32, [], [9, 8, 7, 6]),
            Source("empty", SafetensorsType.I64, [0, 3], []),
            Source("b", SafetensorsType.Bool, [3], [1, 0, 1]),
        ];
        SafetensorsWriter.Write(_folder["w.safetensors"], tensors, new Dictionary<string, string> { ["made by"] = "тест" });
        using SafetensorsFile file = new(_folder["w.safetensors"]);
        Assert.Equal(["empty", "наивный \"q\" \\", "a", "b"], file.Names);
        Assert.Equal("тест", file.Metadata["made by"]);
        Assert.Equal([2L, 2L], file.Entry("a").Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], file.Bytes("a").ToArray());
        Assert.Equal([1, 0, 1], file.Bytes("b").ToArray());
        Assert.Equal(4, file.Entry("наивный \"q\" \\").Length);
        Assert.Equal(0, file.Entry("empty").Count);
    }

    [Fact]
    public void The_layout_is_wide_types_first_then_by_name_with_a_padded_header()
    {
        SafetensorsWriter.Write(_folder["w.safetensors"], [Source("z", SafetensorsType.U8, [1], [5]), Source("y", SafetensorsType.F32, [1], [1, 2, 3, 4])]);
        string header = """{"__metadata__":{"format":"pt"},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"z":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 1, 2, 3, 4, 5];
        Assert.Equal(expected, File.ReadAllBytes(_folder["w.safetensors"]));
    }

    [Fact]
    public void Every_tensor_is_aligned_to_its_elements_and_order_does_not_matter()
    {
        SafetensorsType[] types = Enum.GetValues<SafetensorsType>();
        SafetensorsSource[] tensors = [.. types.Select(type => Source($"t{type}", type, [3], new byte[3 * type.Size()]))];
        SafetensorsWriter.Write(_folder["a.safetensors"], tensors);
        SafetensorsWriter.Write(_folder["b.safetensors"], tensors.Reverse());
        Assert.Equal(File.ReadAllBytes(_folder["a.safetensors"]), File.ReadAllBytes(_folder["b.safetensors"]));
        using SafetensorsFile file = new(_folder["a.safetensors"]);
        Assert.All(file.Entries, entry => Assert.Equal(0, entry.Offset % entry.Type.Size()));
        Assert.All(file.Entries, entry => Assert.Equal(0, file.Address(entry.Name) % entry.Type.Size()));
    }

    // 640 is 80 02 in a file, which is also how a pickle begins.
    [Fact]
    public void A_header_whose_length_looks_like_a_pickle_is_still_a_header()
    {
        string path = _folder["odd.safetensors"];
        int length = 0;
        for (int pad = 500; length != 640; pad++)
        {
            SafetensorsWriter.Write(path, [new SafetensorsSource("a", SafetensorsType.F32, [1], stream => stream.Write(new byte[4]))], new Dictionary<string, string> { ["pad"] = new('x', pad) });
            length = BitConverter.ToInt32(File.ReadAllBytes(path));
            Assert.True(length <= 640, "no padding gives a header of 640 bytes");
        }
        using StoredWeights weights = StoredWeights.Open(path);
        Assert.Equal(["a"], weights.Names);
    }

    [Fact]
    public void A_file_without_tensors_can_be_written_and_read()
    {
        SafetensorsWriter.Write(_folder["w.safetensors"], [], new Dictionary<string, string>());
        using SafetensorsFile file = new(_folder["w.safetensors"]);
        Assert.Empty(file.Names);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void The_writer_refuses_what_could_not_be_read_and_leaves_no_file()
    {
        SafetensorsSource good = Source("a", SafetensorsType.U8, [1], [1]);
        CheckRefused("two tensors named \"a\"", good, good);
        CheckRefused("named \"__metadata__\"", Source("__metadata__", SafetensorsType.U8, [1], [1]));
        CheckRefused("needs 8 bytes, and its source wrote 3", Source("a", SafetensorsType.F32, [2], [1, 2, 3]));
        CheckRefused("impossible shape [-1]", Source("a", SafetensorsType.F32, [-1], []));
        CheckRefused("impossible shape", Source("a", SafetensorsType.F32, [long.MaxValue, 2], []));
    }

    [Fact]
    public void Asking_for_what_is_not_there_is_answered_with_names()
    {
        SafetensorsWriter.Write(_folder["w.safetensors"], [Source("a", SafetensorsType.U8, [1], [1])]);
        SafetensorsFile file = new(_folder["w.safetensors"]);
        string message = Assert.Throws<PareidoliaException>(() => file.Entry("unet.bias")).Message;
        Assert.Equal($"'{_folder["w.safetensors"]}' has no tensor \"unet.bias\" among its 1.", message);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Address("a"));
        Assert.Throws<PareidoliaException>(() => new SafetensorsFile(_folder["none.safetensors"]));
        Assert.Throws<PareidoliaException>(() => new SafetensorsFile(_folder.Path));
    }

    [Fact]
    public void Tensors_beyond_2_GiB_are_reached_by_address()
    {
        // A sparse file: 3 GiB of zeros take no space on the disk.
        string header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[3221225472],\"data_offsets\":[0,3221225472]}}";
        using (FileStream stream = File.Create(_folder["big.safetensors"]))
        {
            stream.Write([.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header)]);
            stream.SetLength(8 + header.Length + 3221225472);
            stream.Position = stream.Length - 1;
            stream.WriteByte(42);
        }
        using SafetensorsFile file = new(_folder["big.safetensors"]);
        unsafe
        {
            Assert.Equal(42, *((byte*)file.Address("a") + file.Entry("a").Length - 1));
        }
        Assert.Contains("3221225472 bytes", Assert.Throws<PareidoliaException>(() => file.Bytes("a").Length).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "twice")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", "twice")]
    [InlineData("""{"__metadata__":{"k":1}}""", "Number, not String")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "gives dtype twice")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2]}}""", "needs dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2,2]}}""", "a begin and a later end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2.5],"data_offsets":[0,2]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[9223372036854775805,9223372036854775807]}}""", "a begin and a later end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "leaves a hole")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "overlaps")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807,3,0],"data_offsets":[0,0]}}""", "64 bits")]
    [InlineData(""" {}""", "begin with '{'")]
    [InlineData("""{}x""", "after a single JSON value")]
    [InlineData("""{"a":7}""", "tensor \"a\" is Number")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "not a usable safetensors file")]
    public void A_broken_header_gives_one_clear_error(string header, string reason)
    {
        byte[] bytes = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), 1, 2];
        string message = Assert.Throws<PareidoliaException>(() => SafetensorsHeader.Parse(bytes, bytes.Length, "w.safetensors")).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.StartsWith("'w.safetensors' is not a usable safetensors file: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_in_errors_stay_on_one_line_and_short()
    {
        string header = $$"""{"line\nbreak{{new string('x', 5000)}}":7}""";
        byte[] bytes = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header)];
        string message = Assert.Throws<PareidoliaException>(() => SafetensorsHeader.Parse(bytes, bytes.Length, "w")).Message;
        Assert.True(message.Length < 250 && !message.Contains('\n', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100_000_001, "at most 100000000 are read")]
    [InlineData(-1, "at most 100000000 are read")]
    [InlineData(3, "the file ends 2 bytes after")]
    public void A_senseless_header_length_is_refused(long claim, string reason)
    {
        byte[] bytes = [.. BitConverter.GetBytes(claim), (byte)'{', (byte)'}'];
        string message = Assert.Throws<PareidoliaException>(() => SafetensorsHeader.Parse(bytes, bytes.Length, "w")).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_axes_are_refused()
    {
        string header = $$$"""{"a":{"dtype":"U8","shape":[{{{string.Join(',', Enumerable.Repeat(1, 65))}}}],"data_offsets":[0,1]}}""";
        byte[] bytes = new byte[8 + header.Length + 1];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(8));
        Assert.Throws<PareidoliaException>(() => SafetensorsHeader.Parse(bytes, bytes.Length, "w"));
    }

    private void CheckRefused(string reason, params SafetensorsSource[] tensors)
    {
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => SafetensorsWriter.Write(_folder["w.safetensors"], tensors));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private static SafetensorsSource Source(string name, SafetensorsType type, long[] shape, byte[] bytes) =>
        new(name, type, shape, stream => stream.Write(bytes));
}
