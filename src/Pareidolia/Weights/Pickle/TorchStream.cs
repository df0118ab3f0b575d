using System.Buffers.Binary;
using System.Numerics;

namespace Pareidolia.Weights.Pickle;

/// <summary>
/// The stream that <c>torch.save</c> wrote before version 1.6: a magic number, a version, facts about the machine and the object as pickles,
/// the keys of the storages, then each storage as a count and its elements.
/// </summary>
/// <param name="Root">The object.</param>
/// <param name="Storages">Key and place of each storage.</param>
internal sealed record TorchStream(object? Root, IReadOnlyList<(string Key, FilePart Place)> Storages)
{
    private const int PickleLimit = 256 << 20;
    private const long Version = 1001;

    private static readonly BigInteger s_magic = BigInteger.Parse("1950A86A20F9469CFC6C", System.Globalization.NumberStyles.HexNumber, null);

    /// <summary>Reads the pickles and finds the storages.</summary>
    /// <exception cref="FormatException">The stream is damaged.</exception>
    public static TorchStream Read(MappedFile file)
    {
        long at = 0;
        if (!s_magic.Equals(Next(file, ref at)) || Next(file, ref at) is not Version)
            throw new FormatException("it does not begin with PyTorch's magic number");
        if (Next(file, ref at) is PickleDict facts && facts.Get("little_endian") is false)
            throw new FormatException("its numbers are big-endian");
        Dictionary<string, PickleStorage> known = [];
        object? root = Next(file, ref at, known);
        if (Next(file, ref at) is not List<object?> keys)
            throw new FormatException("its list of storages is missing");
        List<(string, FilePart)> storages = [];
        foreach (object? key in keys)
            storages.Add(Storage(file, ref at, key, known));
        return new TorchStream(root, storages);
    }

    private static object? Next(MappedFile file, ref long at, Dictionary<string, PickleStorage>? storages = null)
    {
        PickleReader reader = new(file.From(at, PickleLimit), storages);
        object? value = reader.Read();
        at += reader.Position;
        return value;
    }

    private static (string, FilePart) Storage(MappedFile file, ref long at, object? key, Dictionary<string, PickleStorage> known)
    {
        if (key is not string name || !known.TryGetValue(name, out PickleStorage? storage))
            throw new FormatException("its list of storages names one that no tensor has");
        if (at > file.Length - sizeof(long))
            throw new FormatException("it ends in the middle of its storages");
        long count = BinaryPrimitives.ReadInt64LittleEndian(file.Span(at, sizeof(long)));
        at += sizeof(long);
        if (count < 0 || count > (file.Length - at) / storage.Type.Size())
            throw new FormatException($"a storage of {count} elements leaves the file");
        FilePart place = new(at, count * storage.Type.Size());
        at += place.Length;
        return (name, place);
    }
}
