using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Normalisation of whole rows (layer norm, RMS norm): y = activation((x - mean) r gamma + beta), a row at a time while it is in the cache.</summary>
internal readonly unsafe struct NormRows<TOp>(
    float* x, float* gamma, float* beta, float* y, float* stats, int rows, int n, NormSettings settings) : ILaneWork
    where TOp : struct, IUnaryOperator
{
    private readonly NormSettings _settings = settings;

    public int RowsPerTask => Math.Max(1, LaneWorkers.Grain / Math.Max(1, n));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        int last = Math.Min(rows, (task + 1) * RowsPerTask);
        for (int row = task * RowsPerTask; row < last; row++)
        {
            float* from = x + (long)row * n;
            float mean = _settings.KeepMean ? 0 : (float)(LaneSum.Of<V>(from, n) / n);
            float inverse = (float)(1 / Math.Sqrt(LaneSum.OfSquares<V>(from, mean, n) / n + _settings.Eps));
            (stats[2 * row], stats[2 * row + 1]) = (mean, inverse);
            Write<V>(from, y + (long)row * n, mean, inverse);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private void Write<V>(float* from, float* to, float mean, float inverse)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < n; i += V.Count)
        {
            V h = (Lanes.Load<V>(from + i, n - i) - V.Of(mean)) * V.Of(inverse);
            V z = V.MulAdd(h, Lanes.Load<V>(gamma + i, n - i), Lanes.Load<V>(beta + i, n - i));
            Lanes.Store(default(TOp).Apply(z), to + i, n - i);
        }
    }
}

/// <summary>
/// The gradient of <see cref="NormRows{TOp}"/>. With h = (x - mean) r and d = gamma f' g: dx = r (d - mean(d) - h mean(d h)). Each task leaves its
/// rows' sums of f' g h and of f' g in partial [task, 2, n].
/// </summary>
internal readonly unsafe struct NormRowsGradient<TGradient>(
    float* x, float* gamma, float* beta, float* stats, float* g, float* dx, float* partial, int rows, int n, bool keepMean) : ILaneWork
    where TGradient : struct, IBinaryOperator
{
    public int RowsPerTask => Math.Max(1, LaneWorkers.Grain / Math.Max(1, n));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        float* dgamma = partial + 2L * n * task;
        new Span<float>(dgamma, 2 * n).Clear();
        int last = Math.Min(rows, (task + 1) * RowsPerTask);
        for (int row = task * RowsPerTask; row < last; row++)
        {
            float* to = dx + (long)row * n;
            float mean = stats[2 * row], inverse = stats[2 * row + 1];
            Differentiate<V>(x + (long)row * n, g + (long)row * n, to, dgamma, dgamma + n, mean, inverse);
            float centre = keepMean ? 0 : (float)(LaneSum.Of<V>(to, n) / n);
            double product = LaneSum.Of<V, Normalised>(new Normalised(mean, inverse), x + (long)row * n, to, n);
            Project<V>(x + (long)row * n, to, mean, inverse, centre, (float)(product / n));
        }
    }

    // to = d, and the sums for the parameters.
    [MethodImpl(Lanes.Inline)]
    private void Differentiate<V>(float* from, float* gradient, float* to, float* dgamma, float* dbeta, float mean, float inverse)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < n; i += V.Count)
        {
            V h = (Lanes.Load<V>(from + i, n - i) - V.Of(mean)) * V.Of(inverse);
            V scale = Lanes.Load<V>(gamma + i, n - i);
            V dz = default(TGradient).Apply(V.MulAdd(h, scale, Lanes.Load<V>(beta + i, n - i)), Lanes.Load<V>(gradient + i, n - i));
            Lanes.Store(V.MulAdd(dz, h, Lanes.Load<V>(dgamma + i, n - i)), dgamma + i, n - i);
            Lanes.Store(Lanes.Load<V>(dbeta + i, n - i) + dz, dbeta + i, n - i);
            Lanes.Store(dz * scale, to + i, n - i);
        }
    }

    [MethodImpl(Lanes.Inline)]
    private void Project<V>(float* from, float* to, float mean, float inverse, float centre, float product)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < n; i += V.Count)
        {
            V h = (Lanes.Load<V>(from + i, n - i) - V.Of(mean)) * V.Of(inverse);
            V d = Lanes.Load<V>(to + i, n - i) - V.Of(centre);
            Lanes.Store(V.MulAdd(h, V.Of(-product), d) * V.Of(inverse), to + i, n - i);
        }
    }

    // h d
    private readonly struct Normalised(float mean, float inverse) : IBinaryOperator
    {
        [MethodImpl(Lanes.Inline)]
        public V Apply<V>(V x, V d)
            where V : unmanaged, ILanes<V> => (x - V.Of(mean)) * V.Of(inverse) * d;
    }
}
