namespace Pareidolia.Tensors.Imagined;

/// <summary>
/// Runs models without computing or memory, to learn what they would take of both:
/// <code>
/// DryRun dry = new();
/// using WeightStore weights = WeightStore.Outline(dry.Device);
/// DryMeasure measure = dry.Measure(() => model.Forward(Tensor.Zeros(shape, dry.Device)));
/// </code>
/// </summary>
public sealed class DryRun
{
    private readonly ImaginedBackend _device = new();

    /// <summary>Where the models and what goes into them have to be.</summary>
    public Backend Device => _device;

    /// <summary>What tensors of the device hold now, weights included.</summary>
    public long LiveBytes => _device.LiveBytes;

    /// <summary>What a function takes beyond what is held when it begins; its results are released.</summary>
    public DryMeasure Measure(Func<Tensor> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        long before = _device.LiveBytes;
        Arithmetic asked = _device.Asked;
        _device.Trim();
        _device.ResetPeak();
        long pooled = _device.PooledPeakBytes;
        using (Scope scope = new())
            _ = run();
        Arithmetic done = _device.Asked + (-1 * asked);
        return new DryMeasure(_device.PeakBytes - before, _device.PooledPeakBytes - pooled, done);
    }
}

/// <summary>What a run would take.</summary>
/// <param name="TensorBytes">Tensors at their most.</param>
/// <param name="PooledBytes">The same with what was released and is kept for who asks next: what the system sees.</param>
/// <param name="Asked">The arithmetic.</param>
public sealed record DryMeasure(long TensorBytes, long PooledBytes, Arithmetic Asked);
