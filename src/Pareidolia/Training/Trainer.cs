using Pareidolia.Nn.Optimizers;
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

    /// <summary>The recipe's optimiser over <see cref="Weights"/>: matrices and kernels decay; biases, norms and scales do not.</summary>
    internal Optimizer Optimizer()
    {
        ILookup<ParameterKind, Tensor> trained = Weights.Parameters.Where(parameter => parameter.Trained).ToLookup(Kind, parameter => parameter.Tensor);
        ParameterGroup mixing = new([.. trained[ParameterKind.Mixing]], Recipe.WeightDecay);
        ParameterGroup tables = new([.. trained[ParameterKind.Table]], Recipe.WeightDecay);
        ParameterGroup vectors = new([.. trained[ParameterKind.Vector]]);
        return Recipe.Orthogonalises
            ? new Muon([mixing], [tables, vectors], Recipe.Momentum, Recipe.Beta1, Recipe.Beta2)
            : new Adam([mixing, tables, vectors], Recipe.Beta1, Recipe.Beta2);
    }

    // A matrix (or kernel) that mixes many features into many; a table of rows or an edge of the network, where one side is few; a vector.
    private enum ParameterKind
    {
        Mixing,
        Table,
        Vector,
    }

    private static ParameterKind Kind(Parameter parameter)
    {
        const int Few = 48;
        Shape shape = parameter.Tensor.Shape;
        if (shape.Rank < 2)
            return ParameterKind.Vector;
        bool narrow = Math.Min(shape[0], shape.Count / Math.Max(1, shape[0])) < Few;
        return narrow || parameter.Name.EndsWith("embedding.weight", StringComparison.Ordinal) ? ParameterKind.Table : ParameterKind.Mixing;
    }
}
