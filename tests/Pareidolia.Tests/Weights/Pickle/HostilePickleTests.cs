using System.IO.Compression;
using Pareidolia.Weights;
using Pareidolia.Weights.Pickle;

namespace Pareidolia.Tests.Weights.Pickle;

/// <summary>Whatever a pickle asks for, nothing is executed and nothing crashes: it loads or is refused in one sentence.</summary>
public sealed class HostilePickleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Forbidden => new()
    {
        { "os", "system" }, { "posix", "system" }, { "nt", "system" }, { "builtins", "eval" }, { "builtins", "exec" }, { "__builtin__", "eval" },
        { "builtins", "getattr" }, { "builtins", "__import__" }, { "builtins", "open" }, { "subprocess", "Popen" }, { "importlib", "import_module" },
        { "torch", "load" }, { "torch.hub", "load" }, { "torch.jit", "load" }, { "torch._utils", "_rebuild_tensor_v3" }, { "runpy", "run_path" },
        { "collections", "OrderedDict.__init__" }, { "collections.OrderedDict", "" }, { "", "collections.OrderedDict" }, { "pickle", "loads" },
        { "numpy", "load" }, { "shutil", "rmtree" }, { "torch", "ComplexFloatStorage" }, { "System.Diagnostics.Process", "Start" },
        { "torch.nn.modules.linear", "Linear" }, { "webbrowser", "open" }, { "sys", "exit" }, { "operator", "attrgetter" },
    };

    public static TheoryData<string, byte[], string> Damaged => new()
    {
        { "reduce chain", P().Global("collections", "OrderedDict").Op(')', 'R', ')', 'R').Stop(), "calls something that is no name" },
        { "call of a text", P().Text("os.system").Text("id").Op('\x85', 'R').Stop(), "calls something that is no name" },
        { "call of a storage type", P().Global("torch", "FloatStorage").Op(')', 'R').Stop(), "called with what it does not take" },
        { "arguments that are no tuple", P().Global("collections", "OrderedDict").Text("x").Op('R').Stop(), "calls something that is no name" },
        { "state of a list", P().Op(']', '}', 'b').Stop(), "gives a state" },
        { "state of a tensor", P().Tensor(0, [2], [1]).Op('}', 'b').Stop(), "gives a state" },
        { "state of a name", P().Global("collections", "OrderedDict").Op('}', 'b').Stop(), "gives a state" },
        { "storage id as text", P().Text("0").Op('Q').Stop(), "a storage's id" },
        { "storage id short", P().Op('(').Text("storage").Op('t', 'Q').Stop(), "a storage's id" },
        { "storage id of another word", P().Op('(').Text("module").Global("torch", "FloatStorage").Text("0").Text("cpu").Whole(1).Op('t', 'Q').Stop(), "a storage's id" },
        { "storage of a dict type", P().Op('(').Text("storage").Global("collections", "OrderedDict").Text("0").Text("cpu").Whole(1).Op('t', 'Q').Stop(), "a storage's id" },
        { "negative storage", P().Storage(-1).Stop(), "a storage's id" },
        { "storage in a view", P().Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Whole(1).Tuple(0, 0, 1).Op('t', 'Q').Stop(), "a view of another" },
        { "tensor of nothing", P().Global("torch._utils", "_rebuild_tensor_v2").Op(')', 'R').Stop(), "a tensor is not" },
        { "negative shape", P().Tensor(0, [-1], [1]).Stop(), "numbers from 0" },
        { "negative stride", P().Tensor(3, [2], [-1]).Stop(), "numbers from 0" },
        { "negative offset", P().Tensor(-1, [1], [1]).Stop(), "leaves its storage" },
        { "shape beyond", P().Tensor(0, [5], [1]).Stop(), "leaves its storage" },
        { "stride beyond", P().Tensor(0, [2], [4]).Stop(), "leaves its storage" },
        { "shape that overflows", P().Tensor(0, [1L << 62, 1L << 62, 4], [0, 0, 0]).Stop(), "leaves its storage" },
        { "stride that overflows", P().Tensor(0, [long.MaxValue, 3], [long.MaxValue, long.MaxValue]).Stop(), "leaves its storage" },
        { "ranks differ", P().Tensor(0, [2, 2], [1]).Stop(), "a tensor is not" },
        { "too many axes", P().Tensor(0, new long[65], new long[65]).Stop(), "at most 64" },
        { "storage that claims more", P().Op('}').Text("x").Tensor(0, [5], [1], count: 5).Op('s').Stop(), "and 5 elements of 4 are claimed" },
        { "empty stack", P().Op('0').Stop(), "empty stack" },
        { "no mark", P().Op('t').Stop(), "empty stack" },
        { "mark as value", P().Op('(', '(').Stop(), "empty stack" },
        { "memo that is not there", P().Op('h').Raw(7).Stop(), "never made" },
        { "item of a list", P().Op(']', 'N', 'N', 's').Stop(), "no dict" },
        { "key without value", P().Op('}', '(', 'N', 'u').Stop(), "no dict" },
        { "append to a dict", P().Op('}', 'N', 'a').Stop(), "no list" },
        { "extension 1", P().Op('\x82').Raw(1).Stop(), "opcode 0x82" },
        { "instance", P().Op('(').Op('i').Raw("os\nsystem\n"u8).Stop(), "opcode 0x69" },
        { "object", P().Op('(', 'o').Stop(), "opcode 0x6F" },
        { "persistent text", P().Op('P').Raw("0\n"u8).Stop(), "opcode 0x50" },
        { "buffer", P().Op('\x97').Stop(), "opcode 0x97" },
        { "protocol 0", [(byte)'(', (byte)'d', (byte)'.'], "does not begin with a protocol" },
        { "protocol 6", P().Raw(0x80, 6).Stop(), "protocol 6" },
        { "text that is longer than the file", P().Op('X').Raw(255, 255, 255, 255).Stop(), "ends in the middle" },
        { "text of 2^63 bytes", P().Op('\x8D').Raw(255, 255, 255, 255, 255, 255, 255, 127).Stop(), "ends in the middle" },
        { "whole number of many bytes", P().Op('\x8A').Raw(200).Raw(new byte[200]).Stop(), "has 200 bytes" },
        { "name that does not end", P().Op('c').Raw("collections"u8).Stop(), "ends in the middle" },
        { "name of numbers", P().Whole(1).Whole(2).Op('\x93').Stop(), "not two texts" },
        { "a mere number", P().Whole(1).Stop(), "no dict of tensors" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void Names_beyond_the_list_are_refused_by_name(string module, string name)
    {
        string marker = _folder["marker"];
        byte[] call = P().Global(module, name).Text($"touch {marker}").Op('\x85', 'R').Stop();
        byte[] stacked = P().StackGlobal(module, name).Text($"touch {marker}").Op('\x85', '\x81').Stop();
        foreach (byte[] pickle in (byte[][])[call, stacked])
            Assert.Contains($"asks for \"{module}.{name}\", which is not allowed", Refusal(Archive(pickle)), StringComparison.Ordinal);
        Assert.Contains($"asks for \"{module}.{name}\"", Refusal(Stream(call)), StringComparison.Ordinal);
        Assert.False(File.Exists(marker));
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void What_makes_no_sense_is_refused(string what, byte[] pickle, string why)
    {
        string message = Refusal(Archive(pickle));
        Assert.True(message.Contains(why, StringComparison.Ordinal), $"{what}: {message}");
    }

    [Fact]
    public void What_trainers_leave_is_passed_over()
    {
        byte[] pickle = P().Op('}', '(')
            .Text("callbacks").Op('}').Global("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint").Op('}').Text("best").Op('N', 's', 's')
            .Text("score").Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").Text("f8").Op('\x85', 'R').Op('}', 'b').Op('C').Raw(1, 0).Op('\x86', 'R')
            .Text("set").Global("builtins", "set").Op(']').Op('\x85', 'R').Text("type").Global("torch", "float16")
            .Text("state_dict").Global("collections", "OrderedDict").Op(')', 'R').Text("w").Tensor(1, [2], [1]).Op('s').Op('}').Text("_metadata").Op('}', 's', 'b')
            .Op('u').Stop();
        using StoredWeights weights = StoredWeights.Open(Archive(pickle));
        Assert.Equal(["w"], weights.Names);
        Assert.Equal([2f, 3f], Floats(weights, "w"));
    }

    [Fact]
    public void Cycles_and_repeated_dicts_end()
    {
        byte[] cycle = P().Op('}', 'q').Raw(0).Text("self").Op('h').Raw(0).Op('s').Text("x").Tensor(0, [1], [1]).Op('s').Stop();
        using (StoredWeights weights = StoredWeights.Open(Archive(cycle)))
            Assert.Equal(["x"], weights.Names);
        // 40 levels, each twice in the one above: 2^40 paths.
        PickleWriter laughs = P().Op('}').Text("x").Tensor(0, [1], [1]).Op('s');
        for (int level = 0; level < 40; level++)
            laughs.Op('q').Raw((byte)level).Op('0', '}', '(').Text("a").Op('h').Raw((byte)level).Text("b").Op('h').Raw((byte)level).Op('u');
        using StoredWeights none = StoredWeights.Open(Archive(laughs.Stop()));
        Assert.Empty(none.Names);
    }

    [Fact]
    public void Deep_nests_and_long_programs_end()
    {
        PickleWriter deep = P().Op(')');
        for (int i = 0; i < 500_000; i++)
            deep.Op('\x85');
        Assert.Contains("no dict of tensors", Refusal(Archive(deep.Stop())), StringComparison.Ordinal);
        PickleWriter endless = P();
        for (int i = 0; i < 2_000_001; i++)
            endless.Op('N');
        Assert.Contains("more than 2000000 opcodes", Refusal(Archive(endless.Stop())), StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_that_are_not_pytorchs_are_refused()
    {
        byte[] empty = P().Op('}').Stop();
        Assert.Contains("compressed or encrypted", Refusal(Zip(CompressionLevel.Optimal, ("a/data.pkl", empty), ("a/data/0", new byte[1 << 24]))), StringComparison.Ordinal);
        Assert.Contains("0 members data.pkl", Refusal(Zip(CompressionLevel.NoCompression, ("a/x.pkl", empty))), StringComparison.Ordinal);
        Assert.Contains("2 members data.pkl", Refusal(Zip(CompressionLevel.NoCompression, ("a/data.pkl", empty), ("b/data.pkl", empty))), StringComparison.Ordinal);
        Assert.Contains("TorchScript", Refusal(Zip(CompressionLevel.NoCompression, ("a/data.pkl", empty), ("a/constants.pkl", empty))), StringComparison.Ordinal);
        Assert.Contains("big-endian", Refusal(Zip(CompressionLevel.NoCompression, ("a/data.pkl", empty), ("a/byteorder", "big"u8.ToArray()))), StringComparison.Ordinal);
        Assert.Contains("stands twice", Refusal(Zip(CompressionLevel.NoCompression, ("a/data.pkl", empty), ("a/data.pkl", empty))), StringComparison.Ordinal);
        byte[] lost = P().Op('}').Text("x").Tensor(0, [1], [1]).Op('s').Stop();
        Assert.Contains("storage \"0\" of tensor \"x\" is missing", Refusal(Zip(CompressionLevel.NoCompression, ("a/data.pkl", lost))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_repeats_one_element_past_all_memory_is_not_made()
    {
        byte[] pickle = P().Op('}').Text("x").Tensor(0, [1L << 40], [0]).Op('s').Stop();
        using StoredWeights weights = StoredWeights.Open(Archive(pickle));
        Assert.Contains("a span holds at most", Assert.Throws<PareidoliaException>(() => weights.Bytes("x").Length).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state_dict_zip.pt")]
    [InlineData("state_dict_legacy.pt")]
    public void A_file_cut_at_any_byte_is_refused(string name)
    {
        string path = _folder["cut.pt"];
        File.WriteAllBytes(path, Golden(name));
        for (long length = new FileInfo(path).Length - 1; length >= 0; length--)
        {
            using (FileStream file = File.OpenWrite(path))
                file.SetLength(length);
            Assert.False(Loads(path), $"{name} loads though it was cut to {length} bytes.");
        }
    }

    [Fact]
    public void Ten_thousand_mutated_files_load_or_are_refused()
    {
        byte[][] originals = [.. ((string[])["state_dict_zip.pt", "state_dict_legacy.pt", "lightning_zip.ckpt", "protocol4.pt"]).Select(Golden)];
        Mutator mutator = new(20261122);
        int loaded = 0, refused = 0;
        for (int i = 0; i < 10_000; i++)
        {
            File.WriteAllBytes(_folder["m.pt"], mutator.Mutate(originals[i % originals.Length]));
            if (Loads(_folder["m.pt"]))
                loaded++;
            else
                refused++;
        }
        // Both ends must have been met, or the mutations say nothing.
        Assert.True(loaded > 500 && refused > 3000, $"{loaded} loaded, {refused} were refused");
    }

    [Fact]
    public void The_reader_knows_no_way_to_run_anything()
    {
        string[] ways = ["System.Reflection", "Activator", "Process", "Assembly", "Type.GetType", "dynamic ", "DllImport", "LibraryImport", "BinaryFormatter"];
        string folder = Path.Combine(RepositoryRoot.Path, "src", "Pareidolia", "Weights", "Pickle");
        string[] files = Directory.GetFiles(folder, "*.cs");
        Assert.NotEmpty(files);
        foreach (string file in files)
            Assert.DoesNotContain(ways, way => File.ReadAllText(file).Contains(way, StringComparison.Ordinal));
    }

    private static PickleWriter P() => PickleWriter.Start;

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(RepositoryRoot.Golden, "file-torch-save", name));

    private static float[] Floats(StoredWeights weights, string name) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weights.Bytes(name)).ToArray();

    private static string Refusal(string path)
    {
        string message = Assert.Throws<PareidoliaException>(() => StoredWeights.Open(path).Dispose()).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    // Any exception but a refusal fails the test.
    private static bool Loads(string path)
    {
        try
        {
            using StoredWeights weights = StoredWeights.Open(path);
            foreach (string name in weights.Names)
                _ = weights.Bytes(name).Length;
            return true;
        }
        catch (PareidoliaException)
        {
            return false;
        }
    }

    // An archive of PyTorch around a pickle, with the storage "0" of the floats 1, 2, 3, 4.
    private string Archive(byte[] pickle) => Zip(
        CompressionLevel.NoCompression, ("a/data.pkl", pickle),
        ("a/data/0", System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>([1, 2, 3, 4]).ToArray()));

    private string Zip(CompressionLevel level, params (string Name, byte[] Content)[] members)
    {
        string path = _folder["x.ckpt"];
        using FileStream file = File.Create(path);
        using ZipArchive archive = new(file, ZipArchiveMode.Create);
        foreach ((string name, byte[] content) in members)
        {
            using Stream stream = archive.CreateEntry(name, level).Open();
            stream.Write(content);
        }
        return path;
    }

    // The stream of before PyTorch 1.6 around a pickle.
    private string Stream(byte[] pickle)
    {
        string path = _folder["x.pt"];
        byte[] magic = P().Op('\x8A').Raw(10).Raw(0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19).Stop();
        File.WriteAllBytes(path, [.. magic, .. P().Whole(1001).Stop(), .. P().Op('}').Stop(), .. pickle, .. P().Op(']').Stop()]);
        return path;
    }
}
