using Pareidolia.Diffusion;
using Pareidolia.Nn;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>The guided network of one pass over a sample: the model's, and from some timestep on the refiner's.</summary>
internal sealed class DenoisePass : IDisposable
{
    private readonly GenerateSettings _settings;
    private readonly SamplingPlan _plan;
    private readonly RunArithmetic _arithmetic;
    private readonly Guidance _first;
    private readonly Guidance? _refining;
    private Guidance _speaking;

    /// <summary>Prepares both.</summary>
    /// <param name="first">The model's own.</param>
    /// <param name="refining">The refiner's; null where there is none.</param>
    public DenoisePass(Guidance first, Guidance? refining, GenerateSettings settings, SamplingPlan plan, RunArithmetic arithmetic)
    {
        (_first, _refining, _speaking) = (first, refining, first);
        (_settings, _plan, _arithmetic) = (settings, plan, arithmetic);
    }

    /// <summary>Remembers what is predicted; null for nothing.</summary>
    public StepJournal? Journal { get; init; }

    /// <summary>The prediction for a sample at a timestep. A refiner that has taken over keeps the word.</summary>
    public GuidedOutput Predict(Tensor input, double timestep)
    {
        using IDisposable computing = _arithmetic.OpenDenoising();
        using WrappedEdges? edges = _settings.Tiling.Open();
        if (_refining is not null && _speaking == _first && _settings.Refiner!.TakesOver(timestep, _plan.Schedule?.Count ?? 1000))
        {
            _refining.ContinueAfter(_first);
            _first.Ends();
            _speaking = _refining;
        }
        if (Journal?.Next(input) is GuidedOutput known)
        {
            _speaking.Pass();
            return known;
        }
        GuidedOutput said = _speaking.Predict(input, timestep);
        Journal?.Add(said);
        return said;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first.Dispose();
        _refining?.Dispose();
        if (_speaking == _refining)
            _refining.Ends();
    }
}
