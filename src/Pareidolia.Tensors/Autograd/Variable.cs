namespace Pareidolia.Tensors;

/// <summary>The place where a tensor's gradient adds up.</summary>
internal sealed class Variable
{
    public bool IsLeaf { get; init; }

    public Tensor? Gradient { get; private set; }

    /// <summary>Adds a gradient; takes its own handle on it, so the caller's may be released.</summary>
    public void Add(Tensor gradient)
    {
        if (Gradient is null)
        {
            Gradient = Scope.Detach(gradient.View(gradient.Shape));
        }
        else if (Gradient.SharesStorage)
        {
            Tensor sum = Scope.Detach(Gradient + gradient);
            Gradient.Dispose();
            Gradient = sum;
        }
        else
        {
            Gradient.Device.AddScaled(gradient.Operand, Gradient.Operand, 1);
        }
    }

    public void Clear()
    {
        Gradient?.Dispose();
        Gradient = null;
    }
}
