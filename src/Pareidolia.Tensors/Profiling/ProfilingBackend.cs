using System.Diagnostics;

namespace Pareidolia.Tensors.Profiling;

/// <summary>
/// A device that hands every op to another one and keeps the time: load a model on it, run it, read <see cref="Times"/>. Ops must not come from several
/// threads at once.
/// </summary>
public sealed partial class ProfilingBackend : Backend
{
    private readonly Backend _inner;
    private readonly Dictionary<string, OpTime> _times = [];

    /// <summary>Watches a device.</summary>
    public ProfilingBackend(Backend inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
    }

    /// <inheritdoc/>
    public override string Name => _inner.Name;

    /// <inheritdoc/>
    public override bool IsHost => _inner.IsHost;

    internal override bool IsImagined => _inner.IsImagined;

    /// <summary>Time by kind of op since the beginning or <see cref="Clear"/>, the longest first.</summary>
    public IReadOnlyList<OpTime> Times => [.. _times.Values.OrderByDescending(time => time.Seconds)];

    /// <summary>Forgets what was measured.</summary>
    public void Clear() => _times.Clear();

    /// <inheritdoc/>
    public override void Trim() => _inner.Trim();

    private void Measure(string kind, double flops, Action op, params ReadOnlySpan<Operand> operands)
    {
        double bytes = 0;
        foreach (Operand operand in operands)
            bytes += operand.Exists ? operand.Type.Bytes(operand.Shape) : 0;
        long start = Stopwatch.GetTimestamp();
        op();
        OpTime time = new(kind, 1, Stopwatch.GetElapsedTime(start).TotalSeconds, flops, bytes);
        _times[kind] = _times.TryGetValue(kind, out OpTime? known) ? known + time : time;
    }

    private static string ConvolutionName(Operand w, ConvGeometry geometry) =>
        $"conv {w.Shape[1]}x{w.Shape[2]}{(geometry.StrideH == 1 ? "" : $" / {geometry.StrideH}")}{(geometry.Groups == 1 ? "" : " grouped")}";

    // A linear layer comes as a picture of one line.
    private static string QuantisedName(Operand w, Operand y, ConvGeometry geometry) => y.Shape[0] * y.Shape[1] == 1 ? "product" : ConvolutionName(w, geometry);

    private static double ConvolutionFlops(Operand w, Operand y) => 2.0 * y.Count * w.Shape.Product(1, 4);

    // Scores and their use: n x m x (d + dv) for each head, heads lie side by side.
    private static double AttentionFlops(Operand q, Operand k, Operand v) => 2.0 * q.Shape[0] * q.Shape[1] * k.Shape[1] * (q.Shape[2] + v.Shape[2]);
}
