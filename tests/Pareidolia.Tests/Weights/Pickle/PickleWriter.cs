using System.Buffers.Binary;
using System.Text;

namespace Pareidolia.Tests.Weights.Pickle;

/// <summary>Writes pickles opcode by opcode, as no honest program would.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [0x80, 2];

    public static PickleWriter Start => new();

    public PickleWriter Op(params ReadOnlySpan<char> opcodes)
    {
        foreach (char opcode in opcodes)
            _bytes.Add((byte)opcode);
        return this;
    }

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op('X').Raw(length).Raw(utf8);
    }

    public PickleWriter Whole(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Op('\x8A').Raw(8).Raw(bytes);
    }

    public PickleWriter Global(string module, string name) => Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter StackGlobal(string module, string name) => Text(module).Text(name).Op('\x93');

    /// <summary>The storage "0" of floats.</summary>
    public PickleWriter Storage(long count = 4) =>
        Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Whole(count).Op('t', 'Q');

    public PickleWriter Tuple(params long[] values)
    {
        Op('(');
        foreach (long value in values)
            Whole(value);
        return Op('t');
    }

    /// <summary>A tensor of the storage "0".</summary>
    public PickleWriter Tensor(long offset, long[] shape, long[] strides, long count = 4) => Global("torch._utils", "_rebuild_tensor_v2")
        .Op('(').Storage(count).Whole(offset).Tuple(shape).Tuple(strides).Op('\x89').Op('}').Op('t', 'R');

    public byte[] Stop() => [.. _bytes, (byte)'.'];
}
