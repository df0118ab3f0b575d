using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>
/// What the denoising network has answered in a run, kept in a file, so that a run that was killed goes on from its last step and ends in the same
/// bytes. A denoising loop is its network's answers and a little arithmetic, whatever the sampler remembers from step to step: begun again, the loop
/// draws the same noise, is given the answers that are there, and asks the network from there on.
/// <code>
/// using StepJournal journal = StepJournal.Open("run.steps", "a red apple, seed 42");
/// foreach (DenoiseStep step in pipeline.Denoise(conditioning, start, settings, noise, journal)) ...
/// </code>
/// An answer that a crash has cut short is as if it had never been written. A journal of another run, or of another build of the library, is begun anew.
/// </summary>
public sealed class StepJournal : IDisposable
{
    private const int HashBytes = 32;
    private const int HeadBytes = 16;
    private const int LongestAnswer = 1 << 30;

    private readonly FileStream _file;
    private readonly string _path;
    private long _end;

    private StepJournal(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>Whether the answers that were there are not all used yet: the steps of now were computed before.</summary>
    public bool IsReplaying { get; private set; }

    /// <summary>Opens a run's journal, or begins it.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="run">Everything that decides the run, in any words.</param>
    /// <exception cref="PareidoliaException">The file system refuses.</exception>
    public static StepJournal Open(string path, string run)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            StepJournal journal = new(path, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
            journal.Begin(SHA256.HashData(Encoding.UTF8.GetBytes($"{typeof(StepJournal).Module.ModuleVersionId} {run}")));
            return journal;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"The journal of a run '{path}' cannot be opened: {error.Message}", error);
        }
    }

    /// <summary>Closes the journal and removes its file: the run is over.</summary>
    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The next answer that was written, of the shape of what the network was shown; null where it is to be asked.</summary>
    internal GuidedOutput? Next(Tensor input)
    {
        if (!IsReplaying)
            return null;
        if (ReadAnswer(out int channels) is not float[] values || channels < 1 || values.Length % (input.Count / input.Shape[-1] * channels) != 0)
        {
            // Torn, or the end: from here on the file is written.
            IsReplaying = false;
            _file.SetLength(_end);
            return null;
        }
        _end = _file.Position;
        IsReplaying = _end < _file.Length;
        Shape shape = input.Shape.With(-1, channels);
        int count = (int)shape.Count;
        Tensor output = Tensor.From(values.AsSpan(0, count), shape, input.Device);
        return new GuidedOutput(output, values.Length == count ? output : Tensor.From(values.AsSpan(count, count), shape, input.Device));
    }

    /// <summary>Writes an answer behind the others.</summary>
    internal void Add(GuidedOutput answer)
    {
        bool both = !ReferenceEquals(answer.Output, answer.Unguided);
        float[] values = both ? [.. answer.Output.ToArray(), .. answer.Unguided.ToArray()] : answer.Output.ToArray();
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<float>(values);
        Span<byte> head = stackalloc byte[HeadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(head, bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], Crc32.Of(bytes));
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], ~bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], answer.Output.Shape[-1]);
        _file.Write(head);
        _file.Write(bytes);
        // Out of the process: a killed one has lost nothing. What a power failure tears is found by the checksum.
        _file.Flush();
        _end = _file.Position;
    }

    private void Begin(ReadOnlySpan<byte> hash)
    {
        Span<byte> found = stackalloc byte[HashBytes];
        bool known = _file.ReadAtLeast(found, HashBytes, throwOnEndOfStream: false) == HashBytes && found.SequenceEqual(hash);
        if (!known)
        {
            _file.SetLength(0);
            _file.Write(hash);
            _file.Flush();
        }
        _end = _file.Position;
        IsReplaying = _end < _file.Length;
    }

    private float[]? ReadAnswer(out int channels)
    {
        channels = 0;
        Span<byte> head = stackalloc byte[HeadBytes];
        if (_file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes)
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is <= 0 or > LongestAnswer || length % sizeof(float) != 0 || BinaryPrimitives.ReadInt32LittleEndian(head[8..]) != ~length
            || length > _file.Length - _file.Position)
            return null;
        channels = BinaryPrimitives.ReadInt32LittleEndian(head[12..]);
        float[] values = new float[length / sizeof(float)];
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        _file.ReadExactly(bytes);
        return Crc32.Of(bytes) == BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) ? values : null;
    }
}
