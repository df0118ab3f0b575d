namespace Pareidolia.Weights;

/// <summary>A model together with the store that owns its parameters.</summary>
/// <typeparam name="T">The model's type.</typeparam>
/// <param name="Model">The model.</param>
/// <param name="Weights">Its parameters, released with this.</param>
public sealed record Pretrained<T>(T Model, WeightStore Weights) : IDisposable
{
    /// <summary>Releases the parameters.</summary>
    public void Dispose() => Weights.Dispose();
}
