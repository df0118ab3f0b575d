using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// First pass of the gradient of group norm. With h = (x - mean) r and z = gamma h + beta: dz = f'(z) g goes to dx for the second pass, and each block's
/// sums over its positions of dz h and of dz to parts [task, 2, channels].
/// </summary>
internal readonly unsafe struct NormBlockGradient<TGradient>(
    NormLayout layout, float* x, NormParameter gamma, NormParameter beta, float* stats, float* g, float* dz, float* parts) : ILaneWork
    where TGradient : struct, IBinaryOperator
{
    private readonly NormLayout _layout = layout;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int c = _layout.Channels;
        float* means = stackalloc float[V.Count];
        float* inverses = stackalloc float[V.Count];
        float* group = stats + 2L * _layout.Image(task) * _layout.Groups;
        for (int j = 0; j < c; j += V.Count)
        {
            for (int i = 0; i < Math.Min(V.Count, c - j); i++)
                (means[i], inverses[i]) = (group[2 * ((j + i) / _layout.Width)], group[2 * ((j + i) / _layout.Width) + 1]);
            V scale = Lanes.Load<V>(gamma.Of(_layout.Image(task)) + j, c - j), shift = Lanes.Load<V>(beta.Of(_layout.Image(task)) + j, c - j);
            Channels(new Line(_layout.Start(task) + j, _layout.Rows(task), c - j), V.Load(means), V.Load(inverses), scale, shift, parts + 2L * c * task + j);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private void Channels<V>(Line line, V mean, V inverse, V scale, V shift, float* sums)
        where V : unmanaged, ILanes<V>
    {
        int c = _layout.Channels, left = line.Left;
        V products = V.Of(0), total = V.Of(0);
        for (long at = line.Start; at < line.Start + (long)line.Rows * c; at += c)
        {
            V h = (Lanes.Load<V>(x + at, left) - mean) * inverse;
            V slope = default(TGradient).Apply(V.MulAdd(h, scale, shift), Lanes.Load<V>(g + at, left));
            Lanes.Store(slope, dz + at, left);
            products = V.MulAdd(slope, h, products);
            total += slope;
        }
        Lanes.Store(products, sums, left);
        Lanes.Store(total, sums + c, left);
    }

    // A few neighbouring channels at the positions of a block; left of them are in the picture.
    private readonly record struct Line(long Start, int Rows, int Left);
}

/// <summary>
/// Joins the blocks of an image, in order, into its own first block's place in parts, and lays out per channel what the second pass needs: with
/// d = gamma dz, dx = r (d - mean(d) - h mean(d h)) = dz a - (x - mean) b - e, as factors [image, 4, channels] of mean, a, b, e.
/// </summary>
internal readonly unsafe struct NormGradientFactors(
    NormLayout layout, float* parts, NormParameter gamma, float* stats, float* factors, bool keepMean) : IWork
{
    private readonly NormLayout _layout = layout;

    public void Run(int image)
    {
        int c = _layout.Channels;
        float* sums = parts + 2L * c * image * _layout.Blocks;
        for (int i = 0; i < 2 * c; i++)
        {
            double sum = 0;
            for (int block = 0; block < _layout.Blocks; block++)
                sum += sums[2L * c * block + i];
            sums[i] = (float)sum;
        }
        for (int group = 0; group < _layout.Groups; group++)
            Group(sums, image, group);
    }

    private void Group(float* sums, int image, int group)
    {
        int c = _layout.Channels, first = group * _layout.Width, last = first + _layout.Width;
        double product = 0, sum = 0;
        float* scale = gamma.Of(image);
        for (int channel = first; channel < last; channel++)
        {
            product += (double)scale[channel] * sums[channel];
            sum += (double)scale[channel] * sums[c + channel];
        }
        long at = 2 * ((long)image * _layout.Groups + group);
        double mean = stats[at], inverse = stats[at + 1];
        float* means = factors + 4L * c * image;
        for (int channel = first; channel < last; channel++)
        {
            means[channel] = (float)mean;
            means[c + channel] = (float)(inverse * scale[channel]);
            means[2 * c + channel] = (float)(inverse * inverse * product / _layout.GroupCount);
            means[3 * c + channel] = keepMean ? 0 : (float)(inverse * sum / _layout.GroupCount);
        }
    }
}

/// <summary>Second pass: dx = dz a - (x - mean) b - e in place of dz.</summary>
internal readonly unsafe struct NormGradientApply(NormLayout layout, float* x, float* factors, float* dx) : ILaneWork
{
    private readonly NormLayout _layout = layout;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int c = _layout.Channels, rows = _layout.Rows(task);
        float* means = factors + 4L * c * _layout.Image(task);
        float* from = x + _layout.Start(task);
        float* to = dx + _layout.Start(task);
        for (int row = 0; row < rows; row++, from += c, to += c)
            for (int j = 0; j < c; j += V.Count)
            {
                int left = c - j;
                V centred = Lanes.Load<V>(from + j, left) - Lanes.Load<V>(means + j, left);
                V rest = V.MulAdd(centred, Lanes.Load<V>(means + 2 * c + j, left), Lanes.Load<V>(means + 3 * c + j, left));
                Lanes.Store(Lanes.Load<V>(to + j, left) * Lanes.Load<V>(means + c + j, left) - rest, to + j, left);
            }
    }
}
