using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Training;

/// <summary>One of the losses of a training step, and what it moves. Most models have one; the two players of a GAN have one each.</summary>
/// <param name="Name">What its numbers are called in the metrics; empty where it is the only one.</param>
/// <param name="Moved">The parameters that follow its gradient; all others are constants to it.</param>
/// <param name="Loss">The loss [] of a batch, as <see cref="Trainer.Loss"/>.</param>
/// <param name="RateFactor">Multiplies the recipe's learning rate.</param>
public sealed record TrainingPhase(
    string Name, IReadOnlyList<Tensor> Moved, Func<IReadOnlyList<int>, TorchCpuGenerator, IDictionary<string, double>, Tensor> Loss, double RateFactor = 1)
{
    /// <summary>Matrices and kernels decay; biases, norms and scales do not.</summary>
    internal IEnumerable<ParameterGroup> Groups(double weightDecay)
    {
        yield return new ParameterGroup([.. Moved.Where(tensor => tensor.Rank >= 2)], weightDecay, RateFactor);
        yield return new ParameterGroup([.. Moved.Where(tensor => tensor.Rank < 2)], RateFactor: RateFactor);
    }

    /// <summary>Lets a tape follow what is moved, or no longer.</summary>
    internal void Follow(bool follow)
    {
        foreach (Tensor tensor in Moved)
            tensor.RequiresGradient = follow;
    }
}
