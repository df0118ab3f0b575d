namespace Pareidolia.Weights.Pickle;

/// <summary>A part of a file that is stored as it is.</summary>
/// <param name="Offset">Its first byte in the file.</param>
/// <param name="Length">Its bytes.</param>
internal readonly record struct FilePart(long Offset, long Length);
