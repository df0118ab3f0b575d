using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>How the networks of a run compute.</summary>
/// <param name="Exact">Without the faster algorithms of <see cref="Approximation"/>.</param>
/// <param name="Bf16">With the inputs of products rounded to bfloat16, see <see cref="ReducedPrecision"/>.</param>
internal readonly record struct RunArithmetic(bool Exact, bool Bf16)
{
    /// <summary>Computes so on this thread until it is disposed there.</summary>
    public IDisposable Open() => new Opened(this);

    private sealed class Opened(RunArithmetic asked) : IDisposable
    {
        private readonly Approximation _fast = new(!asked.Exact);
        private readonly ReducedPrecision _half = new(asked.Bf16);

        public void Dispose()
        {
            _half.Dispose();
            _fast.Dispose();
        }
    }
}
