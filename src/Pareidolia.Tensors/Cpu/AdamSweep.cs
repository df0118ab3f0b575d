using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>One Adam step of contiguous parameters, in place; vmax may be null.</summary>
internal readonly unsafe struct AdamSweep : ILaneWork
{
    private readonly float* _p;
    private readonly float* _g;
    private readonly float* _m;
    private readonly float* _v;
    private readonly float* _vmax;
    private readonly long _count;
    private readonly float _gradientScale, _l2, _keep, _beta1, _rest1, _beta2, _rest2, _rate, _rootScale, _eps;

    public AdamSweep(Operand p, Operand g, Operand m, Operand v, Operand vmax, AdamSettings s)
    {
        _p = p.Pointer;
        _g = g.Pointer;
        _m = m.Pointer;
        _v = v.Pointer;
        _vmax = vmax.Pointer;
        _count = p.Count;
        _gradientScale = (float)s.GradientScale;
        _l2 = s.Decoupled ? 0 : (float)s.WeightDecay;
        _keep = s.Decoupled ? (float)(1 - s.LearningRate * s.WeightDecay) : 1;
        (_beta1, _rest1, _beta2, _rest2) = ((float)s.Beta1, (float)(1 - s.Beta1), (float)s.Beta2, (float)(1 - s.Beta2));
        _rate = (float)(-s.LearningRate / (1 - Math.Pow(s.Beta1, s.Step)));
        _rootScale = (float)(1 / Math.Sqrt(1 - Math.Pow(s.Beta2, s.Step)));
        _eps = (float)s.Eps;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int task)
        where V : unmanaged, ILanes<V>
    {
        long start = (long)task * LaneWorkers.Grain, end = Math.Min(_count, start + LaneWorkers.Grain);
        for (long i = start; i < end; i += V.Count)
            Step<V>(i, end - i);
    }

    // m = b1 m + (1 - b1) g;   v = b2 v + (1 - b2) g^2;   p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
    [MethodImpl(Lanes.Inline)]
    private void Step<V>(long i, long left)
        where V : unmanaged, ILanes<V>
    {
        V parameter = Lanes.Load<V>(_p + i, left);
        V slope = V.MulAdd(parameter, V.Of(_l2), Lanes.Load<V>(_g + i, left) * V.Of(_gradientScale));
        V first = V.MulAdd(Lanes.Load<V>(_m + i, left), V.Of(_beta1), slope * V.Of(_rest1));
        V second = V.MulAdd(Lanes.Load<V>(_v + i, left), V.Of(_beta2), slope * slope * V.Of(_rest2));
        Lanes.Store(first, _m + i, left);
        Lanes.Store(second, _v + i, left);
        if (_vmax != null)
        {
            second = V.Max(Lanes.Load<V>(_vmax + i, left), second);
            Lanes.Store(second, _vmax + i, left);
        }
        V spread = V.MulAdd(V.Sqrt(second), V.Of(_rootScale), V.Of(_eps));
        Lanes.Store(V.MulAdd(parameter, V.Of(_keep), first * V.Of(_rate) / spread), _p + i, left);
    }
}
