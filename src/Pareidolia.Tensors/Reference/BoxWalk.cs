namespace Pareidolia.Tensors.Reference;

/// <summary>
/// Walks the rows (last axis) of a box of at least one element in row-major order and knows where each row begins in two strided buffers:
/// <code>
/// BoxWalk walk = new(extents, first, second);
/// do { row at walk.First and walk.Second } while (walk.Next());
/// </code>
/// </summary>
internal struct BoxWalk(Shape extents, Box first, Box second)
{
    private Strides _at;

    public long First { get; private set; } = first.Offset;

    public long Second { get; private set; } = second.Offset;

    /// <summary>Strides of an operand seen under a shape that it broadcasts to: 0 along stretched axes.</summary>
    public static Box Stretched(Shape operand, Shape to)
    {
        Strides strides = default;
        long stride = 1;
        for (int back = 1; back <= operand.Rank; back++)
        {
            strides[to.Rank - back] = operand[-back] == 1 ? 0 : stride;
            stride *= operand[-back];
        }
        return new Box(0, strides);
    }

    public bool Next()
    {
        for (int axis = extents.Rank - 2; axis >= 0; axis--)
        {
            First += first.Strides[axis];
            Second += second.Strides[axis];
            if (++_at[axis] < extents[axis])
                return true;
            First -= _at[axis] * first.Strides[axis];
            Second -= _at[axis] * second.Strides[axis];
            _at[axis] = 0;
        }
        return false;
    }
}
