using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Pareidolia.Weights;

/// <summary>A file mapped into memory to be read. Do not shorten it in place while it is open: replace it.</summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    private const int DontNeed = 4;

    private readonly MemoryMappedFile? _mapping;
    private readonly MemoryMappedViewAccessor? _view;
    private byte* _start;

    /// <summary>Opens a file; an empty one has no bytes to map.</summary>
    /// <exception cref="PareidoliaException">It is missing or unreadable.</exception>
    public MappedFile(string path)
    {
        try
        {
            // Of a link, as a hub's cache is made of, the length of what it leads to.
            using FileStream file = File.OpenRead(path);
            Length = file.Length;
            if (Length == 0)
                return;
            _mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _mapping.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            _start += _view.PointerOffset;
        }
        catch (Exception error)
        {
            Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw new PareidoliaException($"Cannot read the weights '{path}': {error.Message}", error);
            throw;
        }
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Some of the bytes, which must lie in the file; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return length == 0 ? [] : new ReadOnlySpan<byte>((byte*)Address(offset), length);
    }

    /// <summary>As much as there is from a place on, at most <paramref name="most"/> bytes.</summary>
    public ReadOnlySpan<byte> From(long offset, int most) => Span(offset, (int)Math.Min(most, Length - offset));

    /// <summary>Where a byte lies in memory, valid until <see cref="Dispose"/>.</summary>
    public nint Address(long offset)
    {
        ObjectDisposedException.ThrowIf(_start is null && Length > 0, this);
        return (nint)(_start + offset);
    }

    /// <summary>
    /// Lets go of the pages that were looked at: they stay in the system's cache and no longer count as this process's memory. Where the system
    /// cannot be told, nothing happens.
    /// </summary>
    public void Forget()
    {
        if (_start is not null && OperatingSystem.IsLinux())
            _ = Advise((nint)_start / Environment.SystemPageSize * Environment.SystemPageSize, (nuint)Length, DontNeed);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_start is not null)
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _start = null;
        _view?.Dispose();
        _mapping?.Dispose();
    }
}
