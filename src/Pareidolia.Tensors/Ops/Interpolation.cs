namespace Pareidolia.Tensors;

/// <summary>How a picture is resized.</summary>
public enum Interpolation
{
    /// <summary>The pixel at floor(place).</summary>
    Nearest,

    /// <summary>Two neighbours by distance.</summary>
    Bilinear,

    /// <summary>Four neighbours, Keys' cubic with a = -0.75 (-0.5 with antialias).</summary>
    Bicubic,

    /// <summary>The mean of the pixels that a cell covers.</summary>
    Area,

    /// <summary>The pixel under the cell's middle, as picture programs choose it.</summary>
    NearestExact,
}

/// <summary>What lies beyond the edge.</summary>
public enum PadMode
{
    /// <summary>Mirrored without repeating the edge.</summary>
    Reflect,

    /// <summary>The edge repeated.</summary>
    Replicate,

    /// <summary>The other side.</summary>
    Circular,
}

public sealed partial class Tensor
{
    /// <summary>Resizes [b, h, w, c] to [b, height, width, c] as torch's interpolate does.</summary>
    public Tensor Interpolate(int height, int width, Interpolation mode, bool alignCorners = false, bool antialias = false)
    {
        RequireRank("interpolate", 4, "[batch, height, width, channels]");
        if (height < 1 || width < 1)
            throw new TensorException($"interpolate: {height}x{width} should be at least 1x1");
        using Tensor rows = ResampleAxis(1, ResampleTables.Of(Shape[1], height, mode, alignCorners, antialias));
        return rows.ResampleAxis(2, ResampleTables.Of(Shape[2], width, mode, alignCorners, antialias));
    }

    /// <summary>Every pixel doubled in both directions.</summary>
    public Tensor UpsampleNearest2x() => Interpolate(Shape[1] * 2, Shape[2] * 2, Interpolation.Nearest);

    /// <summary>Extends an axis by what the mode says lies beyond.</summary>
    public Tensor Pad(int axis, int before, int after, PadMode mode) => ResampleAxis(Shape.Axis(axis), ResampleTables.Pad(Shape[axis], before, after, mode));

    /// <summary>[b, h, w, c r r] to [b, h r, w r, c], channels ordered (c, row, column) as in torch, https://arxiv.org/abs/1609.05158.</summary>
    public Tensor PixelShuffle(int r)
    {
        RequireRank("pixel shuffle", 4, "[batch, height, width, channels]");
        if (r < 1 || Shape[3] % (r * r) != 0)
            throw new TensorException($"pixel shuffle: the {Shape[3]} channels of {Shape} do not divide by {r}x{r}");
        (int b, int h, int w, int c) = (Shape[0], Shape[1], Shape[2], Shape[3] / (r * r));
        return Reshape(b, h, w, c, r, r).Permute(0, 1, 4, 2, 5, 3).Reshape(b, h * r, w * r, c);
    }

    /// <summary>The inverse of <see cref="PixelShuffle"/>.</summary>
    public Tensor PixelUnshuffle(int r)
    {
        RequireRank("pixel unshuffle", 4, "[batch, height, width, channels]");
        if (r < 1 || Shape[1] % r != 0 || Shape[2] % r != 0)
            throw new TensorException($"pixel unshuffle: {Shape} does not divide into {r}x{r} cells");
        (int b, int h, int w, int c) = (Shape[0], Shape[1] / r, Shape[2] / r, Shape[3]);
        return Reshape(b, h, r, w, r, c).Permute(0, 1, 3, 5, 2, 4).Reshape(b, h, w, c * r * r);
    }

    /// <summary>[b, oh, ow, c] read from this [b, h, w, c] at grid [b, oh, ow, 2] of (x, y), -1..1 across the picture; outside is 0 or the border.</summary>
    public Tensor GridSample(Tensor grid, bool bilinear = true, bool border = false, bool alignCorners = false)
    {
        RequireFloats("grid sample", this, Required(grid));
        RequireRank("grid sample", 4, "[batch, height, width, channels]");
        Required(grid).RequireRank("grid sample grid", 4, "[batch, height, width, 2]");
        if (grid.Shape[0] != Shape[0] || grid.Shape[3] != 2)
            throw new TensorException($"grid sample: grid {grid.Shape} does not fit {Shape}");
        GridSampleSettings settings = new(bilinear, border, alignCorners);
        Tensor y = Empty(grid.Shape.With(3, Shape[3]), Device);
        Device.GridSample(Operand, grid.Operand, y.Operand, settings);
        return Tape.RecordJoint(y, [this, grid], [this, grid], g =>
        {
            Tensor dx = Empty(Shape, Device);
            Tensor dgrid = Empty(grid.Shape, Device);
            Device.GridSampleGradient(Operand, grid.Operand, g.Operand, dx.Operand, dgrid.Operand, settings);
            return [dx, dgrid];
        });
    }

    private Tensor ResampleAxis(int axis, ResampleTable table)
    {
        RequireFloats("resample");
        Extent3 e = Extent3.Of(Shape, axis);
        Tensor y = Empty(Shape.With(axis, table.Outputs), Device);
        Device.Resample(Operand, y.Operand, table, e.Outer, e.Inner);
        Shape old = Shape;
        return Tape.Record(y, [], (this, g =>
        {
            Tensor dx = Empty(old, g.Device);
            g.Device.ResampleGradient(g.Operand, dx.Operand, table, e.Outer, e.Inner);
            return dx;
        }
        ));
    }
}
