namespace Pareidolia.Weights;

/// <summary>One tensor of a safetensors file: what it is called, what its bytes mean, and where they lie.</summary>
/// <param name="Name">The tensor's name in the file.</param>
/// <param name="Type">How its elements are written.</param>
/// <param name="Shape">Its axes, outermost first; empty for a scalar.</param>
/// <param name="Offset">Its first byte, counted from the start of the file. Not always a multiple of the element size.</param>
/// <param name="Length">Its bytes: the product of the shape times the element size.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long Offset, long Length) : StoredTensor(Name, Type, Shape);
