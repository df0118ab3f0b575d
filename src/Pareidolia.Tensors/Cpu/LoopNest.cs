namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// The fewest nested loops over a box that is strided in two buffers: axes of extent 1 are dropped, and neighbours that are one run in both
/// buffers become one. There is always at least one loop; the last is the innermost.
/// </summary>
internal readonly struct LoopNest
{
    private readonly Strides _extents;
    private readonly Strides _first;
    private readonly Strides _second;

    public LoopNest(Shape shape, Strides first, Strides second)
    {
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (shape[axis] == 1)
                continue;
            int last = Rank - 1;
            bool run = Rank > 0 && _first[last] == first[axis] * shape[axis] && _second[last] == second[axis] * shape[axis];
            int place = run ? last : Rank++;
            _extents[place] = run ? _extents[place] * shape[axis] : shape[axis];
            _first[place] = first[axis];
            _second[place] = second[axis];
        }
        if (Rank == 0)
        {
            Rank = 1;
            (_extents[0], _first[0], _second[0]) = (1, 1, 1);
        }
    }

    public int Rank { get; }

    /// <summary>Extent of the innermost loop.</summary>
    public long Length => _extents[Rank - 1];

    /// <summary>Number of turns of all outer loops together.</summary>
    public long Rows
    {
        get
        {
            long rows = 1;
            for (int axis = 0; axis < Rank - 1; axis++)
                rows *= _extents[axis];
            return rows;
        }
    }

    public long Extent(int axis) => _extents[axis];

    public long First(int axis) => _first[axis];

    public long Second(int axis) => _second[axis];

    /// <summary>This nest with one axis moved to the innermost place.</summary>
    public LoopNest WithInnermost(int axis)
    {
        LoopNest nest = this;
        return new LoopNest(nest, axis);
    }

    /// <summary>Starts at a turn of the outer loops.</summary>
    public Turn At(long row) => new(this, row);

    private LoopNest(LoopNest from, int innermost)
    {
        Rank = from.Rank;
        for (int axis = 0, place = 0; axis < Rank; axis++)
            if (axis != innermost)
                Place(from, axis, place++, ref _extents, ref _first, ref _second);
        Place(from, innermost, Rank - 1, ref _extents, ref _first, ref _second);
    }

    private static void Place(LoopNest from, int axis, int place, ref Strides extents, ref Strides first, ref Strides second)
    {
        extents[place] = from._extents[axis];
        first[place] = from._first[axis];
        second[place] = from._second[axis];
    }

    /// <summary>A turn of the outer loops: where it begins in the two buffers.</summary>
    public struct Turn
    {
        private readonly LoopNest _nest;
        private Strides _at;

        public Turn(LoopNest nest, long row)
        {
            _nest = nest;
            for (int axis = nest.Rank - 2; axis >= 0; axis--)
            {
                _at[axis] = row % nest._extents[axis];
                row /= nest._extents[axis];
                First += _at[axis] * nest._first[axis];
                Second += _at[axis] * nest._second[axis];
            }
        }

        public long First { get; private set; }

        public long Second { get; private set; }

        public void Next()
        {
            for (int axis = _nest.Rank - 2; axis >= 0; axis--)
            {
                First += _nest._first[axis];
                Second += _nest._second[axis];
                if (++_at[axis] < _nest._extents[axis])
                    return;
                First -= _at[axis] * _nest._first[axis];
                Second -= _at[axis] * _nest._second[axis];
                _at[axis] = 0;
            }
        }
    }
}
