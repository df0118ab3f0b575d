using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>How the networks of a run compute.</summary>
/// <param name="Exact">Without the faster algorithms of <see cref="Approximation"/>.</param>
/// <param name="Bf16">With the inputs of products rounded to bfloat16, see <see cref="ReducedPrecision"/>.</param>
/// <param name="Int8">In integers of 8 bits where pictures bear it, see <see cref="QuantisedProducts"/>, and in bfloat16 elsewhere.</param>
internal readonly record struct RunArithmetic(bool Exact, bool Bf16, bool Int8 = false)
{
    /// <summary>
    /// Computes so on this thread until it is disposed there, for the network that denoises: what its convolutions lose adds up from step to step, so of
    /// integers it has linear layers alone.
    /// </summary>
    public IDisposable OpenDenoising() => new Opened(this, convolutions: false);

    /// <summary>
    /// The same for an autoencoder, which is asked once: its convolutions are in integers too, unless the processor multiplies tiles of bfloat16, which read
    /// windows where they lie and are faster.
    /// </summary>
    public IDisposable OpenCoding() => new Opened(this, convolutions: !ReducedPrecision.HasTiles);

    private sealed class Opened(RunArithmetic asked, bool convolutions) : IDisposable
    {
        private readonly Approximation _fast = new(!asked.Exact);
        private readonly ReducedPrecision _half = new(asked.Bf16 || asked.Int8);
        private readonly QuantisedProducts _bytes = new(asked.Int8, convolutions);

        public void Dispose()
        {
            _bytes.Dispose();
            _half.Dispose();
            _fast.Dispose();
        }
    }
}
