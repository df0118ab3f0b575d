namespace Pareidolia.Tensors.Reference;

/// <summary>Weights as floats for the length of one op; those that are floats already cost nothing.</summary>
internal readonly ref struct WidenedWeights : IDisposable
{
    private readonly Backend _device;
    private readonly bool _owns;

    /// <summary>Converts. What comes as the right matrix [1, n, k] of a product has n rows.</summary>
    public WidenedWeights(Backend device, Operand weights)
    {
        (_device, Floats, _owns) = (device, weights, weights.Type != DType.F32);
        if (!_owns)
            return;
        Operand rows = weights.Shape.Rank == 3 && weights.Shape[0] == 1 ? weights with { Shape = [weights.Shape[1], weights.Shape[2]] } : weights;
        Operand floats = rows with { Address = device.Allocate(DType.F32.Bytes(rows.Shape)), Type = DType.F32 };
        device.Convert(rows, floats);
        Floats = floats with { Shape = weights.Shape };
    }

    /// <summary>The weights, float32, under the shape that they came with.</summary>
    public Operand Floats { get; }

    public void Dispose()
    {
        if (_owns)
            _device.Release(Floats.Address, DType.F32.Bytes(Floats.Shape));
    }
}
