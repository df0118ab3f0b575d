using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>Where the elements go, with numbers that can be followed by eye, on both devices.</summary>
public sealed class MovementTests : IDisposable
{
    private readonly Scope _scope = new();

    public static TheoryData<string> Devices => [Backend.Reference.Name, Backend.Cpu.Name];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Devices))]
    public void Axes_are_reordered(string device)
    {
        Tensor x = Counting(device, 2, 3, 2);
        Assert.Equal([0f, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11], x.Permute(2, 1, 0).ToArray());
        Assert.Equal([0f, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11], x.Transpose(1, -1).ToArray());
        Assert.Equal(new Shape([3, 2, 2]), x.Permute(1, 0, 2).Shape);
        Assert.Equal(new Shape([4, 3]), x.Reshape(-1, 3).Shape);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Parts_are_cut_and_joined(string device)
    {
        Tensor x = Counting(device, 2, 4);
        Assert.Equal([1f, 2, 5, 6], x.Slice(1, 1, 2).ToArray());
        Assert.Equal([2f, 3, 6, 7], x.Chunk(2, -1)[1].ToArray());
        Assert.Equal([0f, 1, 2, 3, 0, 4, 5, 6, 7, 4], Tensor.Concat(1, x, x.Slice(1, 0, 1)).ToArray());
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7], Tensor.Concat(0, x, x.Slice(0, 1, 1)).ToArray());
        Assert.Empty(x.Slice(0, 2, 0).ToArray());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Edges_are_added_and_extents_stretched(string device)
    {
        Tensor x = Counting(device, 2, 3);
        Assert.Equal([9f, 0, 1, 2, 9, 3, 4, 5], x.Pad(1, 1, 0, 9).ToArray());
        Assert.Equal([1f, 0, 1, 2, 1, 4, 3, 4, 5, 4], x.Pad(1, 1, 1, PadMode.Reflect).ToArray());
        Assert.Equal([2f, 0, 1, 2, 5, 3, 4, 5], x.Pad(1, 1, 0, PadMode.Circular).ToArray());
        Assert.Equal([0f, 0, 0, 3, 3, 3], x.Slice(1, 0, 1).BroadcastTo([2, 3]).ToArray());
        Assert.Equal([0f, 1, 2, 0, 1, 2], x.Slice(0, 0, 1).Reshape(3).BroadcastTo([2, 3]).ToArray());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Sums_run_along_the_axis_asked_for(string device)
    {
        Tensor x = Counting(device, 2, 3);
        Assert.Equal([3f, 5, 7], x.Sum(0).ToArray());
        Assert.Equal([1f, 4], x.Mean(1).ToArray());
        Assert.Equal([0f, 1, 3, 3, 7, 12], x.CumSum(1).ToArray());
        Assert.Equal([2, 2], x.ArgMax(1).ToIntArray());
        Assert.Equal([1, 1, 1], x.ArgMax(0).ToIntArray());
        Assert.Equal(15, x.Sum().Item());
        Assert.Equal([3f, 12], x.SumTo([2, 1]).ToArray());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Rows_are_picked_by_id(string device)
    {
        Tensor x = Counting(device, 3, 2);
        Assert.Equal([4f, 5, 0, 1, 4, 5], x.Rows([2, 0, 2]).ToArray());
        Assert.Equal(new Shape([2, 1, 2]), x.Embedding(Tensor.From([1, 1], [2, 1], x.Device)).Shape);
    }

    private static Tensor Counting(string device, params int[] shape)
    {
        Shape extents = new(shape);
        float[] values = [.. Enumerable.Range(0, (int)extents.Count).Select(i => (float)i)];
        return Tensor.From(values, extents, device == Backend.Cpu.Name ? Backend.Cpu : Backend.Reference);
    }
}
