using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Rows start..end times packed right panels, of one block of depth.</summary>
/// <param name="Start">First row.</param>
/// <param name="End">Behind the last row.</param>
/// <param name="FirstPanel">First right panel; its column follows.</param>
/// <param name="Panels">How many.</param>
/// <param name="Depth">Block of depth.</param>
/// <param name="First">Whether no block came before it: nothing waits in the output.</param>
/// <param name="Last">Whether none follows: the output can be finished.</param>
internal readonly record struct GemmBlock(int Start, int End, int FirstPanel, int Panels, int Depth, bool First, bool Last)
{
    [SkipLocalsInit]
    public unsafe void Multiply<A, L>(in GemmPlan plan, A left, in GemmOutput output, float* right)
        where A : struct, ILeft<L>
        where L : struct, IPanelLayout
    {
        float* tile = stackalloc float[Tile.MaxRows * Tile.MaxColumns];
        float* scratch = Scratch.Floats(Scratch.Slot.Left, (Tile.MaxRows + 1) * Tile.MaxDepth);
        int depth = plan.DepthOf(Depth);
        for (int row = Start; row < End; row += Tile.Rows)
        {
            int rows = Math.Min(Tile.Rows, End - row);
            float* panel = left.Pack(row, rows, plan.DepthStart(Depth), depth, scratch);
            int next = row + Tile.Rows;
            RowsAhead ahead = new(left.At(next, plan.DepthStart(Depth)), Math.Min(Tile.Rows, End - next), depth, Panels);
            for (int p = 0; p < Panels; p++)
            {
                ahead.Fetch();
                int column = (FirstPanel + p) * Tile.Columns;
                int columns = Math.Min(Tile.Columns, plan.N - column);
                float* packed = right + ((long)p * plan.PanelFloats);
                if (output.Direct(row, rows, column, columns, First, Last, out TileTarget target))
                {
                    Tile.Multiply<L>(rows, columns, depth, panel, packed, Tile.Columns, target);
                    continue;
                }
                Tile.Multiply<L>(rows, columns, depth, panel, packed, Tile.Columns, new TileTarget(tile, Tile.Columns, false));
                output.Take(tile, Tile.Columns, row, rows, column, columns, First, Last);
            }
        }
    }
}

/// <summary>
/// Fetches the next rows of a left matrix while tiles are multiplied, a share before each: rows lie far apart, and each is too short for the processor to see it
/// coming.
/// </summary>
internal unsafe struct RowsAhead(Lying rows, int count, int depth, int shares)
{
    private const int Line = Packing.Line;

    private readonly int _share = GemmPlan.Ceiling(count * (long)GemmPlan.Ceiling(depth, Line), shares);
    private int _left = rows.From == null || rows.ByDepth || !Sse.IsSupported ? 0 : count;
    private float* _row = rows.From;
    private int _k;

    public void Fetch()
    {
        for (int i = 0; i < _share && _left > 0; i++)
        {
            Sse.Prefetch1(_row + _k);
            _k += Line;
            if (_k < depth)
                continue;
            _k = 0;
            _row += rows.Stride;
            _left--;
        }
    }
}
