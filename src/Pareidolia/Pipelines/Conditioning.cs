using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>What the prompts of a batch say, as the denoising network reads it. Owns its tensor.</summary>
/// <param name="Context">
/// The encoded tokens [n, length, width], n = <paramref name="Count"/>; under guidance [2 n, length, width], the negative prompts first.
/// </param>
/// <param name="Count">Pictures in the batch.</param>
public sealed record Conditioning(Tensor Context, int Count) : IDisposable
{
    /// <summary>Whether negative prompts are there to be guided away from.</summary>
    public bool IsGuided => Context.Shape[0] == 2 * Count;

    /// <summary>Releases the tensor.</summary>
    public void Dispose() => Context.Dispose();
}
