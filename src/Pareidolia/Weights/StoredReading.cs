using Pareidolia.Tensors;

namespace Pareidolia.Weights;

/// <summary>Parameters out of stored weights: checked by their entries alone, and read into our layout in the bits that they are held in.</summary>
internal static class StoredReading
{
    /// <summary>Fails unless a file has a parameter of this shape.</summary>
    /// <exception cref="PareidoliaException">It is missing, or has another shape.</exception>
    public static void RequireFit(StoredWeights source, string name, Shape shape, WeightLayout layout)
    {
        if (!source.Has(name))
            throw new PareidoliaException($"{source.Location}: '{name}' {shape} is missing; the file does not belong to this config.");
        Shape stored = ShapeOf(source.Entry(name)), held = IsMoved(stored, layout) ? [stored[0], .. stored.Skip(2), stored[1]] : stored;
        // Attention of old autoencoders is stored as 1x1 convolutions, and the reverse.
        if (held != shape && (held.Count != shape.Count || WithoutOnes(held) != WithoutOnes(shape)))
            throw new PareidoliaException($"{source.Location}: '{name}' is {stored} but the config asks for {shape} (kernels before channels).");
    }

    /// <summary>
    /// Where a parameter that fits lies in memory just as it is held, so that it need not be copied; null where it does not.
    /// </summary>
    public static nint? AddressOf(StoredWeights source, Parameter parameter, Backend device)
    {
        StoredTensor entry = source.Entry(parameter.Name);
        bool same = TensorFiles.TypeOf(entry.Type) == parameter.Tensor.Type;
        // A kernel of one pixel has nothing to move.
        bool moved = IsMoved(ShapeOf(entry), parameter.Layout) && entry.Shape.Skip(2).Any(extent => extent != 1);
        return same && !moved ? Place(source, parameter.Name, parameter.Tensor.Type, device) : null;
    }

    /// <summary>The value of a parameter that fits.</summary>
    /// <exception cref="PareidoliaException">The file is damaged, or its type has no arithmetic here.</exception>
    public static Tensor Read(StoredWeights source, Parameter parameter, Backend device)
    {
        using Scope scope = new();
        DType type = parameter.Tensor.Type;
        Tensor stored = Mapped(source, parameter, device) ?? source.Load(parameter.Name, device);
        // What is held in 16 bits as it is stored never becomes floats.
        Tensor exact = stored.Type == type ? stored : stored.To(DType.F32);
        Tensor moved = IsMoved(stored.Shape, parameter.Layout) ? TensorFiles.ChannelsLast(exact) : exact;
        Tensor held = (moved.Shape == parameter.Tensor.Shape ? moved : Alone(moved, [.. parameter.Tensor.Shape])).To(type);
        return scope.Keep(held);
    }

    // What becomes something else is read where the file is mapped; null where it stays, or lies nowhere as one.
    private static Tensor? Mapped(StoredWeights source, Parameter parameter, Backend device)
    {
        StoredTensor entry = source.Entry(parameter.Name);
        if (TensorFiles.TypeOf(entry.Type) is not DType type || (type == parameter.Tensor.Type && !IsMoved(ShapeOf(entry), parameter.Layout))
            || Place(source, parameter.Name, type, device) is not nint address)
            return null;
        Tensor mapped = Tensor.Outline(ShapeOf(entry), device, type);
        mapped.Borrow(address);
        return mapped;
    }

    // Where elements of a type lie in memory, unless they lie nowhere as one or between two places.
    private static nint? Place(StoredWeights source, string name, DType type, Backend device) =>
        device.IsHost && source.AddressOf(name) is nint address && address % type.Size() == 0 ? address : null;

    // Another shape of the same memory, which has no second owner then.
    private static Tensor Alone(Tensor tensor, ReadOnlySpan<int> shape)
    {
        Tensor view = tensor.Reshape(shape);
        tensor.Dispose();
        return view;
    }

    private static Shape ShapeOf(StoredTensor entry) => new([.. entry.Shape.Select(extent => checked((int)extent))]);

    private static bool IsMoved(Shape stored, WeightLayout layout) => layout == WeightLayout.ChannelsFirst && stored.Rank > 2;

    private static Shape WithoutOnes(Shape shape) => [.. shape.Where(extent => extent != 1)];
}
