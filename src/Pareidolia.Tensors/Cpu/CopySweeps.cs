using System.Runtime.CompilerServices;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Copies the rows (innermost loops) of a nest between two buffers. Long rows are cut, short ones gathered.</summary>
internal readonly unsafe struct RowCopies<T>(LoopNest nest, T* x, T* y) : IWork
    where T : unmanaged
{
    private readonly LoopNest _nest = nest;

    private int Segments => LaneWorkers.Pieces(_nest.Length, LaneWorkers.Grain);

    private long RowsPerTask => Math.Max(1, LaneWorkers.Grain / _nest.Length);

    public int Tasks => LaneWorkers.Pieces(_nest.Rows, RowsPerTask) * Segments;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int task)
    {
        long first = task / Segments * RowsPerTask, last = Math.Min(_nest.Rows, first + RowsPerTask);
        long start = (long)(task % Segments) * LaneWorkers.Grain;
        int n = (int)Math.Min(LaneWorkers.Grain, _nest.Length - start);
        long stepX = _nest.First(_nest.Rank - 1), stepY = _nest.Second(_nest.Rank - 1);
        LoopNest.Turn turn = _nest.At(first);
        for (long row = first; row < last; row++)
        {
            Row(x + turn.First + start * stepX, stepX, y + turn.Second + start * stepY, stepY, n);
            turn.Next();
        }
    }

    private static void Row(T* from, long stepX, T* to, long stepY, int n)
    {
        if (stepX == 1 && stepY == 1)
            new ReadOnlySpan<T>(from, n).CopyTo(new Span<T>(to, n));
        else if (stepX == 0 && stepY == 1)
            new Span<T>(to, n).Fill(*from);
        else
            for (int i = 0; i < n; i++)
                to[i * stepY] = from[i * stepX];
    }
}

/// <summary>
/// Copies a nest whose innermost loop is a run in y, and the loop around it a run in x, by square tiles: each line of memory is used up while it is
/// in the cache.
/// </summary>
internal readonly unsafe struct TileCopies<T>(LoopNest nest, T* x, T* y) : IWork
    where T : unmanaged
{
    private const int Tile = 16;
    private readonly LoopNest _nest = nest;

    private long Height => _nest.Extent(_nest.Rank - 2);

    private int Strips => LaneWorkers.Pieces(Height, Tile);

    private long StripsPerTask => Math.Max(1, LaneWorkers.Grain / (Tile * _nest.Length));

    public int Tasks => LaneWorkers.Pieces(_nest.Rows / Height * Strips, StripsPerTask);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int task)
    {
        long last = Math.Min(_nest.Rows / Height * Strips, (task + 1) * StripsPerTask);
        for (long strip = task * StripsPerTask; strip < last; strip++)
        {
            long row = strip % Strips * Tile;
            LoopNest.Turn turn = _nest.At(strip / Strips * Height + row);
            Strip(x + turn.First, y + turn.Second, (int)Math.Min(Tile, Height - row));
        }
    }

    private void Strip(T* from, T* to, int rows)
    {
        long stepX = _nest.First(_nest.Rank - 1), rowY = _nest.Second(_nest.Rank - 2);
        for (long start = 0; start < _nest.Length; start += Tile)
        {
            long end = Math.Min(_nest.Length, start + Tile);
            for (int row = 0; row < rows; row++)
                for (long i = start; i < end; i++)
                    to[row * rowY + i] = from[row + i * stepX];
        }
    }
}
