using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pareidolia.Weights;

/// <summary>
/// What a model's file holds in another order or other bits than it is computed with, kept beside the file as it is held in memory: a later start maps it instead of
/// reading it. It belongs to one way of holding weights, which is part of its name, and to one state of the file, whose hash it carries.
/// </summary>
internal sealed class PackedWeights : IDisposable
{
    private const string Version = "1";
    private const string SourceKey = "source";

    // Tiles read whole lines.
    private const int Alignment = 64;

    // Of each tensor's beginning and end: enough to tell one training from the next without reading gigabytes.
    private const int SampleBytes = 4096;

    private readonly SafetensorsFile _file;

    private PackedWeights(SafetensorsFile file) => _file = file;

    /// <summary>The packed weights of a file; null where there are none, or they are damaged or belong to another state of the file.</summary>
    public static PackedWeights? Find(StoredWeights source, IReadOnlyCollection<Parameter> parameters)
    {
        if (PathOf(source, parameters) is not string path || !File.Exists(path))
            return null;
        SafetensorsFile file;
        try
        {
            file = new SafetensorsFile(path);
        }
        catch (PareidoliaException)
        {
            return null;
        }
        if (file.Metadata.GetValueOrDefault(SourceKey) == HashOf(source))
            return new PackedWeights(file);
        file.Dispose();
        return null;
    }

    /// <summary>Writes the packed weights of a file; older ones are replaced.</summary>
    /// <param name="source">The model's file; nothing is written for weights that lie in none.</param>
    /// <param name="parameters">All parameters of the model.</param>
    /// <param name="read">Those that could not be used where the file is mapped, as they are held.</param>
    /// <exception cref="PareidoliaException">The file system refuses.</exception>
    public static void Write(StoredWeights source, IReadOnlyCollection<Parameter> parameters, IEnumerable<Parameter> read)
    {
        if (PathOf(source, parameters) is not string path)
            return;
        Dictionary<string, string> metadata = new() { [SourceKey] = HashOf(source) };
        SafetensorsWriter.Write(path, read.Select(Source), metadata, Alignment);
    }

    /// <summary>Where a parameter lies in memory as it is held; null where it is not among them.</summary>
    public nint? AddressOf(Parameter parameter) =>
        _file.Has(parameter.Name) && _file.Entry(parameter.Name).Length == Padded(parameter.Tensor.Bytes) ? _file.Address(parameter.Name) : null;

    /// <summary>Lets go of the pages that were looked at.</summary>
    public void Forget() => _file.Forget();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static SafetensorsSource Source(Parameter parameter) => new(parameter.Name, SafetensorsType.U8, [Padded(parameter.Tensor.Bytes)], stream =>
    {
        parameter.Tensor.WriteTo(stream);
        stream.Write(new byte[Padded(parameter.Tensor.Bytes) - parameter.Tensor.Bytes]);
    });

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static string? PathOf(StoredWeights source, IReadOnlyCollection<Parameter> parameters)
    {
        if (!File.Exists(source.Location))
            return null;
        IEnumerable<string> held = parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => $"{parameter.Name} {parameter.Tensor.Type} {parameter.Tensor.Shape} {parameter.Layout}");
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [Version, .. held])));
        return $"{source.Location}.{Convert.ToHexStringLower(hash, 0, 4)}.packed";
    }

    private static string HashOf(StoredWeights source)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Of a link, as a hub's cache is made of, what it leads to.
        FileInfo file = new(source.Location);
        file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        Append(hash, string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}"));
        foreach (string name in source.Names.Order(StringComparer.Ordinal))
        {
            StoredTensor entry = source.Entry(name);
            Append(hash, $"{name} {entry.Type} {string.Join(',', entry.Shape)}");
            if (source.AddressOf(name) is nint address)
                AppendSamples(hash, address, entry.Count * entry.Type.Size());
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static unsafe void AppendSamples(IncrementalHash hash, nint address, long bytes)
    {
        int sample = (int)Math.Min(SampleBytes, bytes);
        hash.AppendData(new ReadOnlySpan<byte>((void*)address, sample));
        hash.AppendData(new ReadOnlySpan<byte>((void*)(address + (nint)(bytes - sample)), sample));
    }

    private static void Append(IncrementalHash hash, string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
}
