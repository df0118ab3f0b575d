using Pareidolia.Tensors;

namespace Pareidolia.Diffusion;

/// <summary>
/// What a sampler carries from step to step: the sample, and what earlier steps left for multistep solvers. It owns them, outside all
/// scopes, because a loop that yields must not hold a scope open; whatever else a step makes is released at its end.
/// </summary>
internal sealed class Trajectory : IDisposable
{
    private readonly List<Tensor> _past = [];
    private readonly int _memory;
    private Tensor? _denoised;

    /// <summary>Starts at a copy of <paramref name="x"/>; keeps what the last <paramref name="memory"/> steps remember.</summary>
    public Trajectory(Tensor x, int memory = 0)
    {
        X = Scope.Detach(x.Clone());
        _memory = memory;
    }

    /// <summary>The sample.</summary>
    public Tensor X { get; private set; }

    /// <summary>What earlier steps remembered, the newest first.</summary>
    public IReadOnlyList<Tensor> Past => _past;

    /// <summary>Takes a step along levels[index] to levels[index + 1].</summary>
    public DenoiseStep Step(IReadOnlyList<NoiseLevel> levels, int index, Func<Outcome> solve) =>
        Step(index, levels.Count - 1, levels[index], levels[index + 1], solve);

    /// <summary>Takes a step: releases all that it makes but its outcome.</summary>
    public DenoiseStep Step(int index, int count, NoiseLevel from, NoiseLevel to, Func<Outcome> solve)
    {
        using (Scope scope = new())
        {
            Outcome outcome = solve();
            Replace(outcome.Next, outcome.Denoised);
            if (outcome.Remember is not null)
                Remember(outcome.Remember);
        }
        return new DenoiseStep(index, count, from, to, X, _denoised!);
    }

    /// <summary>Goes to another sample without a step.</summary>
    public void MoveTo(Tensor x)
    {
        Tensor own = Own(x);
        X.Dispose();
        X = own;
    }

    public void Dispose()
    {
        X.Dispose();
        _denoised?.Dispose();
        _past.ForEach(tensor => tensor.Dispose());
        _past.Clear();
    }

    // One tensor may play two parts, so each gets a handle of its own on the memory.
    private static Tensor Own(Tensor tensor) => Scope.Detach(tensor.Reshape([.. tensor.Shape]));

    private void Replace(Tensor next, Tensor denoised)
    {
        Tensor x = Own(next), estimate = Own(denoised);
        X.Dispose();
        _denoised?.Dispose();
        (X, _denoised) = (x, estimate);
    }

    private void Remember(Tensor tensor)
    {
        _past.Insert(0, Own(tensor));
        if (_past.Count <= _memory)
            return;
        _past[^1].Dispose();
        _past.RemoveAt(_memory);
    }
}

/// <summary>What one step of a solver comes to.</summary>
/// <param name="Next">x after the step.</param>
/// <param name="Denoised">The clean picture as estimated in the step.</param>
/// <param name="Remember">What later steps will want: an estimate or a derivative.</param>
internal readonly record struct Outcome(Tensor Next, Tensor Denoised, Tensor? Remember = null);
