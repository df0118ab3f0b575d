using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>How the products of a run round.</summary>
/// <param name="Exact">Without the faster algorithms of <see cref="Approximation"/>.</param>
/// <param name="Bf16">In bfloat16 where the processor gains (<see cref="ReducedPrecision"/>).</param>
/// <param name="Int8">In integers of 8 bits where pictures bear it (<see cref="QuantisedProducts"/>), else as <paramref name="Bf16"/> says.</param>
internal readonly record struct PictureArithmetic(bool Exact, bool Bf16, bool Int8)
{
    /// <summary>For the network that denoises: what its convolutions lose adds up from step to step, so of int8 it has linear layers alone.</summary>
    public Rounding Denoising() => new(this, convolutions: false);

    /// <summary>For an autoencoder, which is asked once.</summary>
    public Rounding Coding() => new(this, convolutions: true);

    /// <summary>Rounds so until it is disposed, on the thread that opened it.</summary>
    internal sealed class Rounding(PictureArithmetic how, bool convolutions) : IDisposable
    {
        private readonly Approximation _fast = new(!how.Exact);
        private readonly ReducedPrecision _half = new(how.Bf16 || how.Int8);
        private readonly QuantisedProducts _bytes = new(how.Int8, convolutions);

        public void Dispose()
        {
            _bytes.Dispose();
            _half.Dispose();
            _fast.Dispose();
        }
    }
}
