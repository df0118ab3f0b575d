using System.Collections;
using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors;

/// <summary>The extents of a tensor, outermost first, at most eight; a value with value equality: <c>Shape s = [2, 3, 4]</c>.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IEnumerable<int>
{
    /// <summary>The largest number of axes.</summary>
    public const int MaxRank = 8;

    private readonly Extents _extents;

    /// <summary>Makes a shape; a negative extent or more than eight axes throws <see cref="TensorException"/>.</summary>
    public Shape(ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
            throw new TensorException($"shape: {extents.Length} axes are more than the {MaxRank} that a tensor can have");
        Rank = extents.Length;
        Count = 1;
        for (int axis = 0; axis < extents.Length; axis++)
        {
            if (extents[axis] < 0)
                throw new TensorException($"shape: extent {extents[axis]} of axis {axis} is negative");
            _extents[axis] = extents[axis];
            Count *= extents[axis];
        }
    }

    /// <summary>Number of axes; 0 for a scalar.</summary>
    public int Rank { get; }

    /// <summary>Number of elements; 1 for a scalar.</summary>
    public long Count { get; }

    /// <summary>The extent of an axis; negative counts from the end.</summary>
    public int this[int axis] => _extents[Axis(axis)];

    /// <summary>Makes a shape from its extents (for collection expressions).</summary>
    public static Shape Create(ReadOnlySpan<int> extents) => new(extents);

    /// <summary>The non-negative number of an axis that may be given from the end; throws when there is no such axis.</summary>
    public int Axis(int axis)
    {
        int resolved = axis < 0 ? axis + Rank : axis;
        if ((uint)resolved >= (uint)Rank)
            throw new TensorException($"shape: axis {axis} is outside {this}");
        return resolved;
    }

    /// <summary>This shape with one extent replaced.</summary>
    public Shape With(int axis, int extent)
    {
        Span<int> extents = stackalloc int[Rank];
        CopyTo(extents);
        extents[Axis(axis)] = extent;
        return new Shape(extents);
    }

    /// <summary>This shape with an axis removed.</summary>
    public Shape Without(int axis)
    {
        int gone = Axis(axis);
        Span<int> extents = stackalloc int[Rank - 1];
        for (int i = 0; i < extents.Length; i++)
            extents[i] = _extents[i < gone ? i : i + 1];
        return new Shape(extents);
    }

    /// <summary>Product of the extents of axes [from, to).</summary>
    public long Product(int from, int to)
    {
        long product = 1;
        for (int axis = from; axis < to; axis++)
            product *= _extents[axis];
        return product;
    }

    /// <summary>Writes the extents.</summary>
    public void CopyTo(Span<int> extents)
    {
        for (int axis = 0; axis < Rank; axis++)
            extents[axis] = _extents[axis];
    }

    /// <summary>Element strides of the contiguous layout, written into <paramref name="strides"/>.</summary>
    public void Strides(Span<long> strides)
    {
        long stride = 1;
        for (int axis = Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= _extents[axis];
        }
    }

    /// <summary>The common shape of two operands by the broadcasting rule (trailing axes aligned; 1 stretches).</summary>
    public static Shape Broadcast(Shape left, Shape right, string op)
    {
        if (left == right)
            return left;
        int rank = Math.Max(left.Rank, right.Rank);
        Span<int> extents = stackalloc int[rank];
        for (int back = 1; back <= rank; back++)
        {
            int l = back <= left.Rank ? left[-back] : 1;
            int r = back <= right.Rank ? right[-back] : 1;
            if (l != r && l != 1 && r != 1)
                throw new TensorException($"{op}: left {left} and right {right} do not broadcast, {l} against {r} on axis {-back}");
            extents[^back] = l == 1 ? r : l;
        }
        return new Shape(extents);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank)
            return false;
        for (int axis = 0; axis < Rank; axis++)
            if (_extents[axis] != other._extents[axis])
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int extent in this)
            hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>Reads like <c>[2, 77, 768]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", this)}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator()
    {
        for (int axis = 0; axis < Rank; axis++)
            yield return _extents[axis];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether two shapes have the same extents.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    [InlineArray(MaxRank)]
    private struct Extents
    {
        private int _first;
    }
}
