using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Mean and sum of squared distances from it, of each group in each block, into parts [task, group, 2].</summary>
internal readonly unsafe struct NormBlockMoments(NormLayout layout, float* x, double* parts, float* channels, bool keepMean) : ILaneWork
{
    private readonly NormLayout _layout = layout;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int c = _layout.Channels, rows = _layout.Rows(task);
        float* means = channels + 2L * c * task;
        for (int j = 0; j < c; j += V.Count)
            Channels<V>(x + _layout.Start(task) + j, rows, c - j, means + j, means + c + j);
        for (int group = 0; group < _layout.Groups; group++)
            Join(means + group * _layout.Width, means + c + group * _layout.Width, rows, parts + 2 * ((long)task * _layout.Groups + group));
    }

    // The block is in the cache after the first pass, so that the second, about the mean, costs no memory traffic.
    [MethodImpl(Lanes.Inline)]
    private void Channels<V>(float* from, int rows, int left, float* means, float* squares)
        where V : unmanaged, ILanes<V>
    {
        int c = _layout.Channels;
        V even = V.Of(0), odd = V.Of(0);
        for (int row = 0; row < rows; row += 2)
        {
            even += Lanes.Load<V>(from + (long)row * c, left);
            if (row + 1 < rows)
                odd += Lanes.Load<V>(from + (row + 1L) * c, left);
        }
        V mean = keepMean ? V.Of(0) : (even + odd) / V.Of(rows);
        even = odd = V.Of(0);
        for (int row = 0; row < rows; row += 2)
        {
            V distance = Lanes.Load<V>(from + (long)row * c, left) - mean;
            even = V.MulAdd(distance, distance, even);
            distance = row + 1 < rows ? Lanes.Load<V>(from + (row + 1L) * c, left) - mean : V.Of(0);
            odd = V.MulAdd(distance, distance, odd);
        }
        Lanes.Store(mean, means, left);
        Lanes.Store(even + odd, squares, left);
    }

    // The channels of a group have equally many elements: the squares of the whole are those of the parts and of their means.
    private void Join(float* means, float* squares, int rows, double* part)
    {
        int width = _layout.Width;
        double sum = 0, within = 0, between = 0;
        for (int i = 0; i < width; i++)
            sum += means[i];
        double mean = sum / width;
        for (int i = 0; i < width; i++)
        {
            within += squares[i];
            between += (means[i] - mean) * (means[i] - mean);
        }
        (part[0], part[1]) = (mean, within + rows * between);
    }
}

/// <summary>
/// Joins the blocks of an image, in order, or takes the stats that are known, and lays out per channel what <see cref="NormApply{TOp}"/> subtracts and
/// multiplies by: factors [image, 2, channels].
/// </summary>
internal readonly unsafe struct NormFactors(NormLayout layout, double* parts, NormParameter gamma, float* stats, float* factors, NormSettings settings) : IWork
{
    private readonly NormLayout _layout = layout;

    public void Run(int image)
    {
        float* scale = gamma.Of(image);
        for (int group = 0; group < _layout.Groups; group++)
        {
            float* kept = stats + 2 * ((long)image * _layout.Groups + group);
            (double mean, double inverse) = settings.Known ? (kept[0], kept[1]) : Statistics(image, group);
            (kept[0], kept[1]) = ((float)mean, (float)inverse);
            float* means = factors + 2L * _layout.Channels * image;
            for (int channel = group * _layout.Width; channel < (group + 1) * _layout.Width; channel++)
                (means[channel], means[_layout.Channels + channel]) = ((float)mean, (float)(inverse * scale[channel]));
        }
    }

    private (double Mean, double Inverse) Statistics(int image, int group)
    {
        (double mean, double squares) = _layout.Joined(parts, image, group);
        return (mean, 1 / Math.Sqrt(squares / _layout.GroupCount + settings.Eps));
    }
}

/// <summary>Joins the blocks of an image, in order, to moments [image, group, 2]: mean and variance.</summary>
internal readonly unsafe struct NormJoin(NormLayout layout, double* parts, float* moments) : IWork
{
    private readonly NormLayout _layout = layout;

    public void Run(int image)
    {
        for (int group = 0; group < _layout.Groups; group++)
        {
            (double mean, double squares) = _layout.Joined(parts, image, group);
            float* at = moments + 2 * ((long)image * _layout.Groups + group);
            (at[0], at[1]) = ((float)mean, (float)(squares / _layout.GroupCount));
        }
    }
}

/// <summary>y = activation((x - mean) factor + beta) with a mean and a factor per channel of an image.</summary>
internal readonly unsafe struct NormApply<TOp>(NormLayout layout, float* x, float* factors, NormParameter beta, float* y) : ILaneWork
    where TOp : struct, IUnaryOperator
{
    private readonly NormLayout _layout = layout;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int c = _layout.Channels, rows = _layout.Rows(task);
        float* means = factors + 2L * c * _layout.Image(task);
        float* from = x + _layout.Start(task);
        float* to = y + _layout.Start(task);
        float* shift = beta.Of(_layout.Image(task));
        for (int row = 0; row < rows; row++, from += c, to += c)
            for (int j = 0; j < c; j += V.Count)
            {
                V centred = Lanes.Load<V>(from + j, c - j) - Lanes.Load<V>(means + j, c - j);
                V z = V.MulAdd(centred, Lanes.Load<V>(means + c + j, c - j), Lanes.Load<V>(shift + j, c - j));
                Lanes.Store(default(TOp).Apply(z), to + j, c - j);
            }
    }
}

/// <summary>An image a task: its blocks' moments, what they join to, and the result, while all of it is in a core's cache.</summary>
internal readonly struct NormImages<TOp>(int blocks, bool known, NormBlockMoments moments, NormFactors join, NormApply<TOp> apply) : ILaneWork
    where TOp : struct, IUnaryOperator
{
    private readonly NormBlockMoments _moments = moments;
    private readonly NormFactors _join = join;
    private readonly NormApply<TOp> _apply = apply;

    public void Run<V>(int image)
        where V : unmanaged, ILanes<V>
    {
        for (int block = image * blocks; !known && block < (image + 1) * blocks; block++)
            _moments.Run<V>(block);
        _join.Run(image);
        for (int block = image * blocks; block < (image + 1) * blocks; block++)
            _apply.Run<V>(block);
    }
}
