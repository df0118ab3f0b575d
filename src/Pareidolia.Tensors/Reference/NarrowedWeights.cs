namespace Pareidolia.Tensors.Reference;

/// <summary>Weights as <see cref="DType.Q8"/> for the length of one op; those that are held so already cost nothing.</summary>
internal readonly ref struct NarrowedWeights : IDisposable
{
    private readonly Backend _device;
    private readonly bool _owns;

    /// <summary>Converts, through floats what is stored in fewer bits.</summary>
    public NarrowedWeights(Backend device, Operand weights)
    {
        (_device, Bytes, _owns) = (device, weights, weights.Type != DType.Q8);
        if (!_owns)
            return;
        using WidenedWeights wide = new(device, weights);
        Bytes = weights with { Address = device.Allocate(DType.Q8.Bytes(weights.Shape)), Type = DType.Q8 };
        device.Convert(wide.Floats, Bytes);
    }

    /// <summary>The weights, their factors behind them.</summary>
    public Operand Bytes { get; }

    public void Dispose()
    {
        if (_owns)
            _device.Release(Bytes.Address, DType.Q8.Bytes(Bytes.Shape));
    }
}
