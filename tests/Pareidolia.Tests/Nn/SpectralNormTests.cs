using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Tests.Models;
using Pareidolia.Training.Metrics;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Nn;

public sealed class SpectralNormTests
{
    [Fact]
    public void The_largest_singular_value_becomes_one()
    {
        using WeightStore store = WeightStore.Initialise(3);
        SpectralNorm norm = store.Build(weights => new SpectralNorm(weights.Get("weight", [5, 2, 2, 3], Initializer.Normal(0.7f)), weights));
        using Scope scope = new();
        for (int turn = 0; turn < 60; turn++)
            norm.Weight(training: true).Dispose();
        Tensor w = norm.Weight(training: false).Reshape(5, -1);
        float[] gram = w.MatMul(w, transposeOther: true).ToArray();
        double[,] matrix = new double[5, 5];
        for (int i = 0; i < 25; i++)
            matrix[i / 5, i % 5] = gram[i];
        Assert.Equal(1, new SymmetricEigen(matrix).Values.Max(), 1e-4);
    }

    // The paper's formula (12): with u and v held, the gradient is that of W / (u W v).
    [Fact]
    public void The_gradient_is_the_slope_while_the_vectors_are_held()
    {
        using WeightStore store = WeightStore.Initialise(3);
        Tensor weight = null!;
        SpectralNorm norm = store.Build(weights => new SpectralNorm(weight = weights.Get("weight", [4, 6], Initializer.Normal(0.7f)), weights));
        using Scope scope = new();
        for (int turn = 0; turn < 200; turn++)
            norm.Weight(training: true).Dispose();
        Tensor direction = TinyModels.Noise([4, 6], Backend.Cpu), way = TinyModels.Noise([4, 6], Backend.Cpu, 8);
        weight.RequiresGradient = true;
        using (Tape tape = new())
            tape.Backward(norm.Weight(training: false), direction);
        double along = (weight.Gradient! * way).Sum().Item();
        double At(float step)
        {
            weight.AddInPlace(way, step);
            double value = (norm.Weight(training: false) * direction).Sum().Item();
            weight.AddInPlace(way, -step);
            return value;
        }
        // At a singular pair, sigma does not change to first order where the vectors do: the slope is the same.
        double slope = (At(0.003f) - At(-0.003f)) / 0.006;
        Assert.InRange(along, slope - (0.01 * Math.Abs(slope)) - 0.01, slope + (0.01 * Math.Abs(slope)) + 0.01);
    }

    [Fact]
    public void Only_training_turns_the_vector()
    {
        using WeightStore store = WeightStore.Initialise(3);
        SpectralLinear layer = store.Build(weights => new SpectralLinear(4, 3, weights));
        Tensor u = store.Parameters.Single(parameter => parameter.Name == "weight_u").Tensor;
        using Scope scope = new();
        float[] before = u.ToArray();
        layer.Forward(TinyModels.Noise([2, 4], Backend.Cpu), training: false);
        Assert.Equal(before, u.ToArray());
        layer.Forward(TinyModels.Noise([2, 4], Backend.Cpu), training: true);
        Assert.NotEqual(before, u.ToArray());
    }
}
