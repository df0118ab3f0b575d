using Pareidolia.Imaging;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Sampling;

/// <summary>Masks [n, h, w, 1] grown, faded and combined, as ComfyUI does it.</summary>
internal static class MaskShares
{
    /// <summary>Every pixel becomes the largest (or, to shrink, the smallest) of itself and its neighbours, some times.</summary>
    /// <param name="mask">The mask.</param>
    /// <param name="times">How often; below 0 shrinks.</param>
    /// <param name="tapered">Whether neighbours at corners do not count.</param>
    public static Tensor Grown(Tensor mask, int times, bool tapered)
    {
        (int height, int width) = (mask.Shape[1], mask.Shape[2]);
        float[] values = mask.ToArray();
        // Beyond the longer side nothing changes any more.
        for (int i = 0; i < Math.Min(Math.Abs(times), Math.Max(height, width)); i++)
            values = Spread(values, height, width, times > 0, tapered);
        return Tensor.From(values, mask.Shape, mask.Device);
    }

    /// <summary>Fades towards its edges over some pixels.</summary>
    public static Tensor Feathered(Tensor mask, int left, int top, int right, int bottom)
    {
        (int height, int width) = (mask.Shape[1], mask.Shape[2]);
        float[] across = Fades(width, left, right), down = Fades(height, top, bottom);
        return mask * Tensor.From(across, [1, 1, width, 1], mask.Device) * Tensor.From(down, [1, height, 1, 1], mask.Device);
    }

    /// <summary>One mask laid over another from a pixel on.</summary>
    public static Tensor Combined(Tensor under, Tensor over, int x, int y, string operation)
    {
        (int rows, int columns) = (Math.Min(over.Shape[1], under.Shape[1] - y), Math.Min(over.Shape[2], under.Shape[2] - x));
        if (rows <= 0 || columns <= 0)
            return under;
        Tensor below = under.Slice(1, y, rows).Slice(2, x, columns), part = over.Slice(1, 0, rows).Slice(2, 0, columns);
        Tensor changed = Zipped(below, LatentSizesOf(part, below), operation).Clamp(0, 1);
        return Cells.Pasted(under, changed, x, y);
    }

    /// <summary>A channel of pictures in -1..1 as shares.</summary>
    public static Tensor Channel(Tensor pixels, string name) => pixels.Slice(3, name switch
    {
        "green" => 1,
        "blue" => 2,
        _ => 0,
    }, 1).Affine(0.5f, 0.5f);

    /// <summary>A channel of a picture in a file as a mask; how transparent it is, of alpha. Without such a channel all black, as ComfyUI has it.</summary>
    public static Tensor OfPicture(Image image, string channel, Backend? device)
    {
        int place = channel switch
        {
            "alpha" => 3,
            "green" => 1,
            "blue" => 2,
            _ => 0,
        };
        if (channel == "alpha" && image.Channels != 4)
            return Tensor.Zeros([1, 64, 64, 1], device);
        Image wide = image.Channels == 1 ? image.ToRgb() : image;
        float[] shares = new float[image.Width * image.Height];
        for (int i = 0; i < shares.Length; i++)
            shares[i] = wide.Pixels[(i * wide.Channels) + place] / 255f;
        Tensor mask = Tensor.From(shares, [1, image.Height, image.Width, 1], device);
        return channel == "alpha" ? mask.Affine(-1, 1) : mask;
    }

    private static Tensor LatentSizesOf(Tensor part, Tensor below) =>
        part.Shape[0] == below.Shape[0] ? part : part.Slice(0, 0, 1).BroadcastTo(below.Shape);

    private static Tensor Zipped(Tensor below, Tensor part, string operation)
    {
        float[] a = below.ToArray(), b = part.ToArray();
        for (int i = 0; i < a.Length; i++)
            a[i] = operation switch
            {
                "multiply" => a[i] * b[i],
                "add" => a[i] + b[i],
                "subtract" => a[i] - b[i],
                "and" => IsSet(a[i]) && IsSet(b[i]) ? 1 : 0,
                "or" => IsSet(a[i]) || IsSet(b[i]) ? 1 : 0,
                _ => IsSet(a[i]) != IsSet(b[i]) ? 1 : 0,
            };
        return Tensor.From(a, below.Shape, below.Device);
    }

    // Rounded half to even, as Python does.
    private static bool IsSet(float share) => MathF.Round(share) != 0;

    private static float[] Fades(int length, int before, int after)
    {
        float[] fades = new float[length];
        Array.Fill(fades, 1);
        (before, after) = (Math.Min(before, length), Math.Min(after, length));
        for (int i = 0; i < before; i++)
            fades[i] *= (i + 1f) / before;
        for (int i = 0; i < after; i++)
            fades[length - 1 - i] *= (i + 1f) / after;
        return fades;
    }

    private static float[] Spread(float[] values, int height, int width, bool grows, bool tapered)
    {
        float[] spread = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (int picture, int row, int column) = (i / (height * width), i / width % height, i % width);
            float best = values[i];
            for (int k = 0; k < 9; k++)
            {
                (int r, int c) = (row + (k / 3) - 1, column + (k % 3) - 1);
                // What lies beyond the edge is what lies at it.
                if ((tapered && k % 2 == 0) || r < 0 || r >= height || c < 0 || c >= width)
                    continue;
                float value = values[(((picture * height) + r) * width) + c];
                best = grows ? Math.Max(best, value) : Math.Min(best, value);
            }
            spread[i] = best;
        }
        return spread;
    }
}
