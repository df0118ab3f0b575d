using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>A batch of pictures in the diffusion model's own space: noise before the run, decodable after it. Owns its tensor.</summary>
/// <param name="Values">[n, height / f, width / f, channels], f the autoencoder's factor.</param>
public sealed record Latent(Tensor Values) : IDisposable
{
    /// <summary>Releases the tensor.</summary>
    public void Dispose() => Values.Dispose();
}
