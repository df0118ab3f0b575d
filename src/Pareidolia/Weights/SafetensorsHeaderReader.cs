using System.Text.Json;

namespace Pareidolia.Weights;

/// <summary>Reads the JSON object of a safetensors header, token by token, and refuses whatever the format does not allow.</summary>
/// <param name="json">The object's bytes; blanks may follow it.</param>
/// <param name="dataStart">Where the tensors' bytes begin in the file.</param>
internal ref struct SafetensorsHeaderReader(ReadOnlySpan<byte> json, long dataStart)
{
    /// <summary>Most axes of a tensor: far above any model, and low enough that a hostile header cannot make long lists.</summary>
    private const int RankLimit = 64;

    private Utf8JsonReader _json = new(json);

    /// <summary>All entries in the order of the header; fills <paramref name="metadata"/>.</summary>
    public List<SafetensorsEntry> Read(Dictionary<string, string> metadata)
    {
        List<SafetensorsEntry> entries = [];
        HashSet<string> names = [];
        Expect(JsonTokenType.StartObject, "the header");
        while (NextKey() is string name)
        {
            if (!names.Add(name))
                throw new FormatException($"the name {SafetensorsHeader.Shown(name)} stands there twice.");
            if (name == SafetensorsHeader.MetadataKey)
                ReadMetadata(metadata);
            else
                entries.Add(ReadEntry(name));
        }
        // The reader itself refuses anything but blanks after the object.
        _ = _json.Read();
        return entries;
    }

    private void ReadMetadata(Dictionary<string, string> metadata)
    {
        Expect(JsonTokenType.StartObject, SafetensorsHeader.MetadataKey);
        while (NextKey() is string key)
        {
            Expect(JsonTokenType.String, $"the metadata {SafetensorsHeader.Shown(key)}");
            if (!metadata.TryAdd(key, _json.GetString()!))
                throw new FormatException($"the metadata key {SafetensorsHeader.Shown(key)} stands there twice.");
        }
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        string shown = SafetensorsHeader.Shown(name);
        string? type = null;
        long[]? shape = null, offsets = null;
        Expect(JsonTokenType.StartObject, $"tensor {shown}");
        while (NextKey() is string key)
        {
            bool repeated = (key == "dtype" && type is not null) || (key == "shape" && shape is not null)
                || (key == "data_offsets" && offsets is not null);
            if (repeated)
                throw new FormatException($"tensor {shown} gives {key} twice.");
            if (key == "dtype")
                type = ReadText($"the dtype of tensor {shown}");
            else if (key == "shape")
                shape = ReadNumbers($"the shape of tensor {shown}");
            else if (key == "data_offsets")
                offsets = ReadNumbers($"the data_offsets of tensor {shown}");
            else
                SkipValue();
        }
        return Checked(name, type, shape, offsets);
    }

    private readonly SafetensorsEntry Checked(string name, string? typeName, long[]? shape, long[]? offsets)
    {
        string shown = SafetensorsHeader.Shown(name);
        if (typeName is null || shape is null || offsets is null)
            throw new FormatException($"tensor {shown} needs dtype, shape and data_offsets.");
        if (SafetensorsTypes.FromFormatName(typeName) is not SafetensorsType type)
            throw new FormatException($"tensor {shown} has the dtype {SafetensorsHeader.Shown(typeName)}; "
                + $"known are {SafetensorsTypes.KnownNames}.");
        if (offsets.Length != 2 || offsets[1] < offsets[0] || offsets[1] > long.MaxValue - dataStart)
            throw new FormatException($"tensor {shown} has the data_offsets [{string.Join(", ", offsets)}]; "
                + "a begin and a later end are needed.");
        long length = ByteLength(shape, type) ?? throw new FormatException(
            $"tensor {shown} of shape [{string.Join(", ", shape)}] has more bytes than 64 bits can count.");
        if (length != offsets[1] - offsets[0])
            throw new FormatException($"tensor {shown} of shape [{string.Join(", ", shape)}] and dtype {typeName} needs {length} bytes; "
                + $"its data_offsets give {offsets[1] - offsets[0]}.");
        return new SafetensorsEntry(name, type, shape, dataStart + offsets[0], length);
    }

    /// <summary>Product of the shape times the element size; null where it passes 63 bits, even if a later axis is 0.</summary>
    internal static long? ByteLength(ReadOnlySpan<long> shape, SafetensorsType type)
    {
        long length = type.Size();
        foreach (long axis in shape)
        {
            Int128 product = (Int128)length * axis;
            if (product > long.MaxValue)
                return null;
            length = (long)product;
        }
        return length;
    }

    private long[] ReadNumbers(string what)
    {
        List<long> numbers = [];
        Expect(JsonTokenType.StartArray, what);
        while (Next() != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out long number) || number < 0)
                throw new FormatException($"{what} holds something other than whole numbers from 0 to {long.MaxValue}.");
            if (numbers.Count == RankLimit)
                throw new FormatException($"{what} has more than {RankLimit} numbers.");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    private string ReadText(string what)
    {
        Expect(JsonTokenType.String, what);
        return _json.GetString()!;
    }

    /// <summary>The next key of the object, or null at its end.</summary>
    private string? NextKey() => Next() == JsonTokenType.PropertyName ? _json.GetString() : null;

    private void SkipValue()
    {
        Next();
        _json.Skip();
    }

    private void Expect(JsonTokenType type, string what)
    {
        if (Next() != type)
            throw new FormatException($"{what} is {_json.TokenType}, not {type}.");
    }

    private JsonTokenType Next() => _json.Read() ? _json.TokenType : throw new FormatException("its header ends in the middle.");
}
