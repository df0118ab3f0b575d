using System.Text;

namespace Pareidolia.Training.Data;

/// <summary>A file inside a tar file.</summary>
internal sealed record TarMember(string Name, byte[] Content);

/// <summary>
/// Reads the files of a tar file one after another. Unlike the runtime's reader it goes on after damage: a broken header, a size that
/// cannot be, or a cut end is reported with its place, and reading continues at the next header that can be trusted.
/// </summary>
/// <param name="stream">The tar file; it can seek.</param>
/// <param name="shard">What reports call it.</param>
/// <param name="broken">Takes the reports.</param>
/// <param name="memberLimit">Largest member in bytes; larger ones are reported and passed over.</param>
internal sealed class ShardReader(Stream stream, string shard, BrokenMembers broken, long memberLimit)
{
    /// <summary>Longest name or set of attributes, in bytes.</summary>
    private const int AttributeLimit = 1 << 20;

    private readonly byte[] _block = new byte[TarHeader.BlockLength];
    private string? _longName;
    private long? _longSize;
    private bool _isLost;

    /// <summary>The files, in order.</summary>
    public IEnumerable<TarMember> Members()
    {
        while (NextHeader() is TarHeader header)
        {
            if (header.Type is 'L' or 'x' or 'X')
                ReadAttributes(header);
            else if (Read(Extended(header)) is TarMember member)
                yield return member;
        }
    }

    /// <summary>The next header that can be trusted, or null at the end; whatever had to be passed over is reported once.</summary>
    private TarHeader? NextHeader()
    {
        int zeroBlocks = 0;
        while (stream.ReadAtLeast(_block, TarHeader.BlockLength, throwOnEndOfStream: false) == TarHeader.BlockLength)
        {
            // While lost, zeros may be some file's content; the end of the tar file is then the end of the stream.
            bool isZero = !_block.AsSpan().ContainsAnyExcept((byte)0);
            zeroBlocks = isZero && !_isLost ? zeroBlocks + 1 : 0;
            if (zeroBlocks == 2)
                return null;
            if (isZero)
                continue;
            TarHeader? header = TarHeader.Parse(_block);
            if (header is { HasMagic: true } || (header is not null && !_isLost))
            {
                _isLost = false;
                return header;
            }
            Lose(Place(), "its header is damaged (wrong checksum)");
        }
        if (!_isLost && zeroBlocks == 0)
            Lose(Place(), "the shard ends without the mark of its end; it may be cut short");
        return null;
    }

    /// <summary>Applies the long name and size that came before a header; long links and global attributes may stand between.</summary>
    private TarHeader Extended(TarHeader header)
    {
        if (header.Type is 'K' or 'g')
            return header;
        header = header with { Name = _longName ?? header.Name, Size = _longSize ?? header.Size };
        (_longName, _longSize) = (null, null);
        return header;
    }

    /// <summary>Reads a file's content; passes over everything else.</summary>
    private TarMember? Read(TarHeader header)
    {
        if (!Fits(header))
            return null;
        if (header.IsFile && header.Size <= memberLimit)
            return new TarMember(header.Name, Content(header));
        if (header.IsFile)
            broken.Add(shard, header.Name, $"it has {header.Size} bytes; at most {memberLimit} are read.");
        stream.Seek(Math.Min(header.ContentBlocks, stream.Length - stream.Position), SeekOrigin.Current);
        return null;
    }

    private void ReadAttributes(TarHeader header)
    {
        if (!Fits(header))
            return;
        if (header.Size > AttributeLimit)
        {
            Lose(header.Name, $"its attributes have {header.Size} bytes; at most {AttributeLimit} are read.");
            return;
        }
        byte[] content = Content(header);
        if (header.Type == 'L')
            _longName = TarHeader.Text(content);
        else if (!ReadPax(content))
            broken.Add(shard, header.Name, "its extended attributes cannot be read.");
    }

    /// <summary>Lines of "length key=value"; false where one is malformed.</summary>
    private bool ReadPax(ReadOnlySpan<byte> content)
    {
        while (!content.IsEmpty)
        {
            int blank = content.IndexOf((byte)' ');
            if (blank < 0 || !int.TryParse(content[..blank], out int length) || length <= blank + 1 || length > content.Length)
                return false;
            string line = Encoding.UTF8.GetString(content[(blank + 1)..(length - 1)]);
            content = content[length..];
            if (line.StartsWith("path=", StringComparison.Ordinal))
                _longName = line[5..];
            else if (line.StartsWith("size=", StringComparison.Ordinal) && long.TryParse(line.AsSpan(5), out long size) && size >= 0)
                _longSize = size;
        }
        return true;
    }

    /// <summary>A size beyond the end of the stream means a damaged header or a cut shard: the next header is searched for.</summary>
    private bool Fits(TarHeader header)
    {
        long left = stream.Length - stream.Position;
        if (header.Type is >= '1' and <= '6' || header.Size <= left)
            return true;
        Lose(header.Name, $"its header claims {header.Size} bytes and {left} are left in the shard.");
        return false;
    }

    private byte[] Content(TarHeader header)
    {
        byte[] content = new byte[header.Size];
        stream.ReadExactly(content);
        stream.Seek(Math.Min(header.ContentBlocks - header.Size, stream.Length - stream.Position), SeekOrigin.Current);
        return content;
    }

    private void Lose(string name, string reason)
    {
        if (!_isLost)
            broken.Add(shard, name, reason);
        _isLost = true;
        (_longName, _longSize) = (null, null);
    }

    private string Place() => $"the member at byte {Math.Max(0, stream.Position - TarHeader.BlockLength)}";
}
