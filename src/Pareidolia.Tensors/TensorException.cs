namespace Pareidolia.Tensors;

/// <summary>A fault in how an op was called; the message names the op, the argument, the shapes and what would have fitted.</summary>
public sealed class TensorException(string message, Exception? inner = null) : Exception(message, inner);
