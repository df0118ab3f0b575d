using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Training.Gans;

/// <summary>
/// Changes real and drawn pictures in the same way before they are judged, and lets gradients through (https://arxiv.org/abs/2006.10738): with few
/// pictures, a discriminator would learn them by heart.
/// </summary>
public sealed class DifferentiableAugmentation
{
    private const float LargestShift = 1 / 8f;

    private static readonly Dictionary<string, Func<Tensor, TorchCpuGenerator, Tensor>> s_changes = new()
    {
        ["color"] = Colour,
        ["translation"] = Translation,
        ["cutout"] = Cutout,
    };

    private readonly Func<Tensor, TorchCpuGenerator, Tensor>[] _changes;

    /// <summary>Takes the names of changes: <c>color</c>, <c>translation</c>, <c>cutout</c>, in that order of use.</summary>
    /// <exception cref="PareidoliaException">A name is not known.</exception>
    public DifferentiableAugmentation(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _changes = [.. names.Select(name => s_changes.GetValueOrDefault(name)
            ?? throw new PareidoliaException($"The recipe's \"augment\" has \"{name}\"; {string.Join(", ", s_changes.Keys)} are known."))];
    }

    /// <summary>Changes pictures [b, h, w, c] in -1..1, each by its own draw.</summary>
    public Tensor Apply(Tensor pictures, TorchCpuGenerator random)
    {
        using Scope scope = new();
        Tensor changed = pictures;
        foreach (Func<Tensor, TorchCpuGenerator, Tensor> change in _changes)
            changed = change(changed, random);
        return scope.Keep(changed);
    }

    // Brightness by -0.5 to 0.5, saturation by 0 to 2, contrast by 0.5 to 1.5.
    private static Tensor Colour(Tensor x, TorchCpuGenerator random)
    {
        Tensor bright = x + (Uniform(x.Shape[0], random) - 0.5f);
        Tensor grey = bright.Mean(3, keep: true);                                       // [b, h, w, 1]
        Tensor saturated = ((bright - grey) * (Uniform(x.Shape[0], random) * 2)) + grey;
        Tensor mean = saturated.Reshape(x.Shape[0], -1).Mean(1).Reshape(x.Shape[0], 1, 1, 1);
        return ((saturated - mean) * (Uniform(x.Shape[0], random) + 0.5f)) + mean;
    }

    // By whole pixels, up to an eighth of the size; the edge is repeated.
    private static Tensor Translation(Tensor x, TorchCpuGenerator random)
    {
        (int b, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        (long[] down, long[] right) = (Shifts(b, h, random), Shifts(b, w, random));
        int[] places = new int[b * h * w];
        for (int i = 0; i < places.Length; i++)
        {
            int picture = i / (h * w), row = (int)Math.Clamp((i / w % h) + down[picture], 0, h - 1), column = (int)Math.Clamp((i % w) + right[picture], 0, w - 1);
            places[i] = (((picture * h) + row) * w) + column;
        }
        return x.Reshape(b * h * w, -1).Rows(places).Reshape([.. x.Shape]);
    }

    // A square of half the size becomes grey.
    private static Tensor Cutout(Tensor x, TorchCpuGenerator random)
    {
        (int b, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2]);
        (long[] top, long[] left) = (new long[b], new long[b]);
        random.Randint(top, -h / 4, h - (h / 4));
        random.Randint(left, -w / 4, w - (w / 4));
        float[] mask = new float[b * h * w];
        for (int i = 0; i < mask.Length; i++)
        {
            long row = (i / w % h) - top[i / (h * w)], column = (i % w) - left[i / (h * w)];
            mask[i] = row >= 0 && row < h / 2 && column >= 0 && column < w / 2 ? 0 : 1;
        }
        return x * Tensor.From(mask, [b, h, w, 1], x.Device);
    }

    private static long[] Shifts(int count, int extent, TorchCpuGenerator random)
    {
        long most = (long)(extent * LargestShift);
        long[] shifts = new long[count];
        random.Randint(shifts, -most, most + 1);
        return shifts;
    }

    private static Tensor Uniform(int count, TorchCpuGenerator random)
    {
        float[] values = new float[count];
        random.Rand(values);
        return Tensor.From(values, [count, 1, 1, 1]);
    }
}
