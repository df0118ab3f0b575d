namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>The same elements under another shape of equal count, sharing memory; one extent may be -1.</summary>
    public Tensor Reshape(params ReadOnlySpan<int> extents)
    {
        Span<int> resolved = stackalloc int[extents.Length];
        extents.CopyTo(resolved);
        int hole = extents.IndexOf(-1);
        if (hole >= 0)
        {
            resolved[hole] = 1;
            long rest = new Shape(resolved).Count;
            resolved[hole] = rest == 0 ? 0 : checked((int)(Count / rest));
        }
        Shape shape = new(resolved);
        if (shape.Count != Count)
            throw new TensorException($"reshape: {Shape} has {Count} elements and does not become [{string.Join(", ", extents.ToArray())}]");
        Shape old = Shape;
        return Tape.Record(View(shape), [], (this, g => g.View(old)));
    }

    /// <summary>Reorders the axes: axis i of the result is axis order[i] of this.</summary>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        if (order.Length != Rank)
            throw new TensorException($"permute: order [{string.Join(", ", order.ToArray())}] does not name the {Rank} axes of {Shape}");
        int[] axes = new int[Rank];
        int[] inverse = new int[Rank];
        Span<int> extents = stackalloc int[Rank];
        int seen = 0;
        for (int i = 0; i < Rank; i++)
        {
            axes[i] = Shape.Axis(order[i]);
            inverse[axes[i]] = i;
            extents[i] = Shape[axes[i]];
            seen |= 1 << axes[i];
        }
        if (seen != (1 << Rank) - 1)
            throw new TensorException($"permute: order [{string.Join(", ", order.ToArray())}] names an axis of {Shape} twice");
        RequireMovable("permute");
        Tensor y = Empty(new Shape(extents), Device, Type);
        Strides from = StridesOf(Shape);
        Strides permuted = default;
        for (int i = 0; i < Rank; i++)
            permuted[i] = from[axes[i]];
        Device.CopyBox(Operand, new Box(0, permuted), y.Operand, new Box(0, StridesOf(y.Shape)), y.Shape);
        return Tape.Record(y, [], (this, g => g.Permute(inverse)));
    }

    /// <summary>Exchanges two axes.</summary>
    public Tensor Transpose(int a, int b)
    {
        Span<int> order = stackalloc int[Rank];
        for (int i = 0; i < Rank; i++)
            order[i] = i;
        (order[Shape.Axis(a)], order[Shape.Axis(b)]) = (Shape.Axis(b), Shape.Axis(a));
        return Permute(order);
    }

    /// <summary>Elements [start, start + length) along an axis.</summary>
    public Tensor Slice(int axis, int start, int length)
    {
        int a = Shape.Axis(axis);
        if (start < 0 || length < 0 || start + length > Shape[a])
            throw new TensorException($"slice: [{start}, {start + length}) is outside axis {a} of {Shape}");
        RequireMovable("slice");
        Tensor y = Empty(Shape.With(a, length), Device, Type);
        Strides strides = StridesOf(Shape);
        Device.CopyBox(Operand, new Box(start * strides[a], strides), y.Operand, new Box(0, StridesOf(y.Shape)), y.Shape);
        Shape whole = Shape;
        return Tape.Record(y, [], (this, g => g.PlacedIn(whole, a, start)));
    }

    /// <summary>Splits an axis into equal parts.</summary>
    public Tensor[] Chunk(int parts, int axis)
    {
        int extent = Shape[axis];
        if (parts < 1 || extent % parts != 0)
            throw new TensorException($"chunk: axis {axis} of {Shape} does not divide into {parts} equal parts");
        Tensor[] chunks = new Tensor[parts];
        for (int i = 0; i < parts; i++)
            chunks[i] = Slice(axis, i * (extent / parts), extent / parts);
        return chunks;
    }

    /// <summary>Joins tensors along an axis; the other extents must agree.</summary>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts)
    {
        if (parts.Length == 0)
            throw new TensorException("concat: no tensors were given");
        int a = parts[0].Shape.Axis(axis);
        int total = 0;
        foreach (Tensor part in parts)
        {
            if (part.Rank != parts[0].Rank || part.Shape.With(a, 0) != parts[0].Shape.With(a, 0) || part.Type != parts[0].Type)
                throw new TensorException($"concat: {part} does not continue {parts[0]} along axis {a}");
            total += part.Shape[a];
        }
        parts[0].RequireMovable("concat");
        Tensor y = Empty(parts[0].Shape.With(a, total), parts[0].Device, parts[0].Type);
        Strides strides = StridesOf(y.Shape);
        (Tensor, Tape.Rule)[] rules = new (Tensor, Tape.Rule)[parts.Length];
        int at = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            Tensor part = parts[i];
            y.Device.CopyBox(part.Operand, new Box(0, StridesOf(part.Shape)), y.Operand, new Box(at * strides[a], strides), part.Shape);
            int start = at;
            int length = part.Shape[a];
            rules[i] = (part, g => g.Slice(a, start, length));
            at += length;
        }
        return Tape.Record(y, [], rules);
    }

    /// <summary>Repeats along axes of extent 1 (and new leading axes) until the shape is reached.</summary>
    public Tensor BroadcastTo(Shape shape)
    {
        if (Shape.Broadcast(Shape, shape, "broadcast") != shape)
            throw new TensorException($"broadcast: {Shape} does not stretch to {shape}");
        RequireMovable("broadcast");
        Tensor y = Empty(shape, Device, Type);
        Strides own = StridesOf(Shape);
        Strides stretched = default;
        for (int back = 1; back <= Rank; back++)
            stretched[shape.Rank - back] = Shape[-back] == 1 ? 0 : own[Rank - back];
        Device.CopyBox(Operand, new Box(0, stretched), y.Operand, new Box(0, StridesOf(shape)), shape);
        Shape old = Shape;
        return Tape.Record(y, [], (this, g => g.SumTo(old)));
    }

    /// <summary>Adds cells of one value before and after along an axis.</summary>
    public Tensor Pad(int axis, int before, int after, float value = 0)
    {
        int a = Shape.Axis(axis);
        if (before < 0 || after < 0)
            throw new TensorException($"pad: {before} before and {after} after are not both at least 0");
        int length = Shape[a];
        Tensor y = PlacedIn(Shape.With(a, before + length + after), a, before, value);
        return Tape.Record(y, [], (this, g => g.Slice(a, before, length)));
    }

    /// <summary>The elements in another type; the gradient comes back in this type.</summary>
    public Tensor To(DType type)
    {
        if (type == Type)
            return this;
        if ((type.IsForLayers() || Type.IsForLayers()) && type != DType.F32 && Type != DType.F32)
            throw new TensorException($"to: {this} becomes {type} by way of F32 alone");
        if (!type.CanHold(Shape))
            throw new TensorException($"to: {type} holds rows and channels in multiples of {DTypes.PanelSide}, not {Shape}");
        Tensor y = Empty(Shape, Device, type);
        Device.Convert(Operand, y.Operand);
        DType old = Type;
        return Tape.Record(y, [], (this, g => g.To(old)));
    }

    /// <summary>The elements on another device; no gradient flows through.</summary>
    public Tensor To(Backend device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device == Device)
            return this;
        byte[] bytes = new byte[checked((int)Bytes)];
        Device.Download(Operand.Address, bytes);
        return FromBytes(bytes, Shape, Type, device);
    }

    /// <summary>A copy with its own memory, outside the tape.</summary>
    public Tensor Clone()
    {
        Tensor y = Empty(Shape, Device, Type);
        Device.Convert(Operand, y.Operand);
        return y;
    }

    /// <summary>The same memory under another handle, outside the tape.</summary>
    internal Tensor View(Shape shape)
    {
        if (Type.IsForLayers() && (shape.Rank == 0 || shape[0] != Shape[0]))
            throw new TensorException($"reshape: the {Shape[0]} rows of {this} are stored as rows and do not become those of {shape}");
        return new Tensor(ShareStorage(), shape, Type);
    }

    internal static Strides StridesOf(Shape shape)
    {
        Strides strides = default;
        shape.Strides(strides);
        return strides;
    }

    // Elements that mean nothing without their row's factor or place, which would have to move too.
    private void RequireMovable(string op)
    {
        if (Type.IsForLayers())
            throw new TensorException($"{op}: {this} moves as F32 alone; convert it with To(DType.F32)");
    }

    // This tensor inside a larger one of a constant; the gradient of a slice and the forward of padding.
    private Tensor PlacedIn(Shape whole, int axis, int start, float value = 0)
    {
        RequireMovable("pad");
        Tensor y = Full(whole, value, Device, Type);
        Strides strides = StridesOf(whole);
        Device.CopyBox(Operand, new Box(0, StridesOf(Shape)), y.Operand, new Box(start * strides[axis], strides), Shape);
        return y;
    }
}
