using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Training;

/// <summary>One of the losses of a training step, and what it moves. Most models have one; the two players of a GAN have one each.</summary>
/// <param name="Name">What its numbers are called in the metrics; empty where it is the only one.</param>
/// <param name="Moved">The parameters that follow its gradient; all others are constants to it.</param>
/// <param name="Loss">The loss [] of a batch, as <see cref="Trainer.Loss"/>.</param>
/// <param name="RateFactor">Multiplies the recipe's learning rate.</param>
public sealed record TrainingPhase(
    string Name, IReadOnlyList<Parameter> Moved, Func<IReadOnlyList<int>, TorchCpuGenerator, IDictionary<string, double>, Tensor> Loss, double RateFactor = 1)
{
    // A matrix (or kernel) that mixes many features into many; a table of rows or an edge of the network, where one side is few; a vector.
    private enum ParameterKind
    {
        Mixing,
        Table,
        Vector,
    }

    /// <summary>The recipe's optimiser over what is moved: matrices and kernels decay; biases, norms and scales do not.</summary>
    internal Optimizer Optimizer(Recipe recipe)
    {
        ILookup<ParameterKind, Tensor> moved = Moved.ToLookup(Kind, parameter => parameter.Tensor);
        ParameterGroup mixing = new([.. moved[ParameterKind.Mixing]], recipe.WeightDecay, RateFactor);
        ParameterGroup tables = new([.. moved[ParameterKind.Table]], recipe.WeightDecay, RateFactor);
        ParameterGroup vectors = new([.. moved[ParameterKind.Vector]], RateFactor: RateFactor);
        return recipe.Orthogonalises
            ? new Muon([mixing], [tables, vectors], recipe.Momentum, recipe.Beta1, recipe.Beta2)
            : new Adam([mixing, tables, vectors], recipe.Beta1, recipe.Beta2);
    }

    /// <summary>Lets a tape follow what is moved, or no longer.</summary>
    internal void Follow(bool follow)
    {
        foreach (Parameter parameter in Moved)
            parameter.Tensor.RequiresGradient = follow;
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
