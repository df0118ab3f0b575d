using Pareidolia.Tensors;

namespace Pareidolia.Tests.Golden;

/// <summary>
/// How a golden tensor's axes are ordered here. Golden files keep torch's order (channels second, heads before tokens); the engine has
/// channels last. The permutation is done on host arrays, apart from the engine under test.
/// </summary>
internal sealed class Layout
{
    private readonly Func<int[], int[]> _order;
    private readonly bool _mergesHeads;

    // The order of axes 0, 1, .. of a stored tensor.
    private Layout(Func<int[], int[]> order, bool mergesHeads = false) => (_order, _mergesHeads) = (order, mergesHeads);

    /// <summary>As stored.</summary>
    public static Layout Plain { get; } = new(axes => axes);

    /// <summary>[b, c, h, w] as [b, h, w, c], [o, i, kh, kw] as [o, kh, kw, i], [b, c, n] as [b, n, c]; two axes or fewer stay.</summary>
    public static Layout ChannelsLast { get; } = new(axes => axes.Length > 2 ? [0, .. axes[2..], 1] : axes);

    /// <summary>[b, heads, n, d] as [b, n, heads * d].</summary>
    public static Layout Heads { get; } = new(_ => [0, 2, 1, 3], mergesHeads: true);

    public Tensor Load(GoldenTensor stored, Backend device)
    {
        int[] shape = stored.Shape, order = OrderFor(shape.Length), permuted = [.. order.Select(axis => shape[axis])];
        float[] values = Permute(stored.ToSingle(), shape, order);
        return Tensor.From(values, _mergesHeads ? [permuted[0], permuted[1], permuted[2] * permuted[3]] : new Shape(permuted), device);
    }

    /// <summary>The engine's elements in the stored order of a tensor of this stored shape.</summary>
    public float[] Unload(float[] values, int[] storedShape)
    {
        int[] order = OrderFor(storedShape.Length);
        int[] inverse = [.. Enumerable.Range(0, order.Length).Select(axis => Array.IndexOf(order, axis))];
        return Permute(values, [.. order.Select(axis => storedShape[axis])], inverse);
    }

    // Axis i of the result is axis order[i] of x.
    private static float[] Permute(float[] x, int[] shape, int[] order)
    {
        float[] y = new float[x.Length];
        int[] at = new int[shape.Length];
        for (int i = 0; i < y.Length; i++)
        {
            int from = 0;
            for (int axis = 0; axis < shape.Length; axis++)
                from = from * shape[axis] + at[axis];
            y[i] = x[from];
            Advance(at, shape, order);
        }
        return y;
    }

    // The next place in row-major order of the permuted axes.
    private static void Advance(int[] at, int[] shape, int[] order)
    {
        foreach (int axis in order.Reverse())
        {
            if (++at[axis] < shape[axis])
                return;
            at[axis] = 0;
        }
    }

    private int[] OrderFor(int rank) => _order([.. Enumerable.Range(0, rank)]);
}
