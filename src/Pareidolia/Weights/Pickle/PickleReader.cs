using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Pareidolia.Weights.Pickle;

/// <summary>
/// Reads Python's pickle format (protocols 2 to 5, https://docs.python.org/3/library/pickletools.html) as mere data. A pickle is a program for
/// a stack machine; this machine knows how to build dicts, lists, tuples, numbers, texts and tensors, and nothing else: there is no opcode
/// here that imports, calls or runs anything.
/// </summary>
/// <param name="bytes">The stream from its first byte; more may follow.</param>
/// <param name="storages">Takes every storage that is mentioned, by key.</param>
internal ref struct PickleReader(ReadOnlySpan<byte> bytes, Dictionary<string, PickleStorage>? storages = null)
{
    /// <summary>Most opcodes that are followed: a large checkpoint has 100 000.</summary>
    private const int OpcodeLimit = 2_000_000;

    private const int LongLimit = 64;

    private static readonly object s_mark = new();

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly Dictionary<string, PickleStorage>? _storages = storages;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _at;

    /// <summary>Bytes that were read.</summary>
    public readonly int Position => _at;

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="FormatException">It is damaged, or uses what no file of weights needs.</exception>
    /// <exception cref="ForbiddenGlobalException">It mentions a name that is not allowed.</exception>
    public object? Read()
    {
        for (int count = 0; count < OpcodeLimit; count++)
        {
            byte opcode = Byte();
            if (count == 0 && opcode != 0x80)
                throw new FormatException("its pickle does not begin with a protocol; 2 to 5 are read");
            if (opcode == '.')
                return Pop();
            if (!Value(opcode) && !Container(opcode) && !Memory(opcode) && !Object(opcode))
                throw new FormatException($"it uses the opcode 0x{opcode:X2} at byte {_at - 1}, which no file of weights needs");
        }
        throw new FormatException($"it has more than {OpcodeLimit} opcodes");
    }

    private bool Value(byte opcode)
    {
        switch ((char)opcode)
        {
            case 'N': Push(null); return true;
            case '\x88': Push(true); return true;
            case '\x89': Push(false); return true;
            case 'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); return true;
            case 'K': Push((long)Byte()); return true;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); return true;
            case '\x8A': Push(Whole(Byte())); return true;
            case '\x8B': Push(Whole(Length(4))); return true;
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); return true;
            case 'X' or 'T': Push(Text(Length(4))); return true;
            case '\x8C' or 'U': Push(Text(Byte())); return true;
            case '\x8D': Push(Text(Length(8))); return true;
            case 'C': Push(Take(Byte()).ToArray()); return true;
            case 'B': Push(Take(Length(4)).ToArray()); return true;
            case '\x8E' or '\x96': Push(Take(Length(8)).ToArray()); return true;
            default: return false;
        }
    }

    private readonly bool Container(byte opcode)
    {
        switch ((char)opcode)
        {
            case ')': Push(Array.Empty<object?>()); return true;
            case '\x85': Push(Popped(1)); return true;
            case '\x86': Push(Popped(2)); return true;
            case '\x87': Push(Popped(3)); return true;
            case 't': Push(PoppedToMark()); return true;
            case ']' or '\x8F': Push(new List<object?>()); return true;
            case 'l' or '\x91': Push(new List<object?>(PoppedToMark())); return true;
            case 'a': Append(Popped(1)); return true;
            case 'e' or '\x90': Append(PoppedToMark()); return true;
            case '}': Push(new PickleDict()); return true;
            case 'd': FillNewDict(PoppedToMark()); return true;
            case 's': Fill(Popped(2)); return true;
            case 'u': Fill(PoppedToMark()); return true;
            default: return false;
        }
    }

    private bool Memory(byte opcode)
    {
        switch ((char)opcode)
        {
            case '\x80': RequireProtocol(Byte()); return true;
            case '\x95': _ = Take(8); return true;
            case '(': Push(s_mark); return true;
            case '0': _ = Pop(); return true;
            case '1': _ = PoppedToMark(); return true;
            case '2': Push(Top()); return true;
            case 'q': _memo[Byte()] = Top(); return true;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top(); return true;
            case '\x94': _memo[_memo.Count] = Top(); return true;
            case 'h': Push(Remembered(Byte())); return true;
            case 'j': Push(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); return true;
            default: return false;
        }
    }

    private bool Object(byte opcode)
    {
        switch ((char)opcode)
        {
            case 'c': Push(AllowedGlobals.Find(Line(), Line())); return true;
            case '\x93': PushNamed(Popped(2)); return true;
            case 'R' or '\x81': Call(Popped(2)); return true;
            case 'b': SetState(Pop()); return true;
            case 'Q': PushStorage(Pop()); return true;
            default: return false;
        }
    }

    private readonly void PushNamed(object?[] parts) => Push(parts is [string module, string name]
        ? AllowedGlobals.Find(module, name)
        : throw new FormatException("a name is not two texts"));

    private readonly void Call(object?[] parts) => Push(PickleCalls.Call(parts[0], parts[1]));

    private readonly void PushStorage(object? id)
    {
        PickleStorage storage = PickleCalls.Storage(id);
        if (_storages is not null)
            _storages[storage.Key] = storage;
        Push(storage);
    }

    private readonly void SetState(object? state) => PickleCalls.SetState(Top(), state);

    private readonly void Append(object?[] items)
    {
        if (Top() is not List<object?> list)
            throw new FormatException("it appends to something that is no list");
        list.AddRange(items);
    }

    private readonly void FillNewDict(object?[] items)
    {
        Push(new PickleDict());
        Fill(items);
    }

    private readonly void Fill(object?[] items)
    {
        if (Top() is not PickleDict dict || items.Length % 2 != 0)
            throw new FormatException("it sets items of something that is no dict, or a key without a value");
        for (int i = 0; i < items.Length; i += 2)
            dict.Set(items[i], items[i + 1]);
    }

    private readonly object? Remembered(long index) => _memo.TryGetValue(index, out object? value)
        ? value
        : throw new FormatException($"it recalls object {index}, which it never made");

    private readonly void Push(object? value) => _stack.Add(value);

    private readonly object? Top() => _stack.Count > 0 && _stack[^1] != s_mark ? _stack[^1] : throw Empty();

    private readonly object? Pop()
    {
        object? top = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private readonly object?[] Popped(int count)
    {
        object?[] values = new object?[count];
        for (int i = count - 1; i >= 0; i--)
            values[i] = Pop();
        return values;
    }

    private readonly object?[] PoppedToMark()
    {
        int mark = _stack.LastIndexOf(s_mark);
        if (mark < 0)
            throw Empty();
        object?[] values = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private static void RequireProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5)
            throw new FormatException($"it is a pickle of protocol {protocol}; 2 to 5 are read");
    }

    private byte Byte() => Take(1)[0];

    private int Length(int bytes)
    {
        ulong length = bytes == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) : BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
        return length <= (ulong)(_bytes.Length - _at) ? (int)length : throw Truncated();
    }

    // Little-endian in as few bytes as it takes; what does not fit in 64 bits stays a BigInteger.
    private object Whole(int length)
    {
        if (length > LongLimit)
            throw new FormatException($"a whole number has {length} bytes");
        BigInteger value = new(Take(length));
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private string Text(int length) => Encoding.UTF8.GetString(Take(length));

    private string Line()
    {
        int length = _bytes[_at..].IndexOf((byte)'\n');
        if (length < 0)
            throw Truncated();
        string line = Text(length);
        _at++;
        return line;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
            throw Truncated();
        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    private readonly FormatException Truncated() => new($"its pickle ends in the middle, at byte {_bytes.Length}");

    private readonly FormatException Empty() => new($"its pickle takes from an empty stack at byte {_at - 1}");
}
