using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>One kind of model being trained: its loss, its samples, its export. <see cref="TrainingLoop"/> does the rest.</summary>
public abstract class Trainer(Recipe recipe) : IDisposable
{
    /// <summary>Settings of the run.</summary>
    public Recipe Recipe { get; } = recipe;

    /// <summary>The parameters that are trained.</summary>
    public abstract WeightStore Weights { get; }

    /// <summary>Number of training samples, for epochs.</summary>
    public abstract int SampleCount { get; }

    /// <summary>
    /// The loss [] of one batch. All randomness comes from <paramref name="random"/>, which depends on the seed and the step alone. Numbers put
    /// into <paramref name="metrics"/> are logged beside the loss.
    /// </summary>
    public abstract Tensor Loss(IReadOnlyList<int> batch, TorchCpuGenerator random, IDictionary<string, double> metrics);

    /// <summary>The losses of a step, in their order, and what each moves: one that moves all, unless the model has players of its own.</summary>
    public virtual IReadOnlyList<TrainingPhase> Phases => [new TrainingPhase("", [.. Weights.Parameters.Where(parameter => parameter.Trained)], Loss)];

    /// <summary>What the averaged weights are averages of: all that is trained, unless only a part is exported.</summary>
    public virtual IEnumerable<Tensor> Averaged => Weights.Trained;

    /// <summary>Writes pictures that show how far the model is; the averaged weights are in place.</summary>
    public abstract void Sample(string path);

    /// <summary>Measures on held-out data; the averaged weights are in place.</summary>
    public abstract IReadOnlyDictionary<string, double> Validate();

    /// <summary>Writes the finished model into a folder; the averaged weights are in place.</summary>
    public abstract void Export(string folder);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Weights.Dispose();
        GC.SuppressFinalize(this);
    }
}
