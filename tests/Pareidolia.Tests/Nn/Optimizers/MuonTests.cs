using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;

namespace Pareidolia.Tests.Nn.Optimizers;

/// <summary>Muon: steps are near-orthogonal, as the quintic says in double, and they lead downhill.</summary>
public sealed class MuonTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 7)]
    [InlineData(33, 20)]
    [InlineData(48, 129)]
    public void A_step_is_the_quintic_of_the_singular_values(int rows, int columns)
    {
        using Scope scope = new();
        Tensor matrix = Tensor.Randn([rows, columns], new TorchCpuGenerator(3));
        float[] expected = Quintic(matrix.ToArray(), rows, columns);
        float[] actual = Muon.Orthogonalise(matrix).ToArray();
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 2e-4f));
    }

    [Fact]
    public void All_directions_of_a_step_are_about_equally_long()
    {
        using Scope scope = new();
        Tensor step = Muon.Orthogonalise(Tensor.Randn([16, 64], new TorchCpuGenerator(5)));
        float[] square = step.MatMul(step, transposeOther: true).ToArray();
        for (int i = 0; i < 16; i++)
            Assert.InRange(square[i * 17], 0.45f, 1.5f);
    }

    [Fact]
    public void It_finds_the_matrix_that_a_loss_asks_for()
    {
        using Scope scope = new();
        Tensor wanted = Tensor.Randn([8, 8], new TorchCpuGenerator(1)), x = Tensor.Randn([64, 8], new TorchCpuGenerator(2));
        Tensor weight = Tensor.Zeros([8, 8]), bias = Tensor.Zeros([8]);
        (weight.RequiresGradient, bias.RequiresGradient) = (true, true);
        using Muon optimizer = new([new ParameterGroup([weight])], [new ParameterGroup([bias])]);
        List<float> losses = [];
        for (int step = 0; step < 200; step++)
        {
            using Tape tape = new();
            Tensor loss = (x.MatMul(weight) + bias).MseLoss(x.MatMul(wanted));
            tape.Backward(loss);
            losses.Add(loss.Item());
            optimizer.Step(0.1 * (1 - step / 200.0));
            optimizer.ClearGradients();
        }
        Assert.True(losses[^1] < 1e-3 * losses[0], $"the loss went from {losses[0]} to {losses[^1]} only");
    }

    [Fact]
    public void A_vector_is_refused_where_matrices_are_asked_for()
    {
        using Scope scope = new();
        TensorException error = Assert.Throws<TensorException>(() => new Muon([new ParameterGroup([Tensor.Zeros([5])])], []));
        Assert.Contains("[5] is not a matrix", error.Message, StringComparison.Ordinal);
    }

    // X <- a X + b (X X^T) X + c (X X^T)^2 X, five times from X / |X|, by loops in double.
    private static float[] Quintic(float[] matrix, int rows, int columns)
    {
        double norm = Math.Sqrt(matrix.Sum(value => (double)value * value));
        double[,] x = new double[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                x[i, j] = matrix[(i * columns) + j] / norm;
        for (int round = 0; round < 5; round++)
        {
            double[,] once = Product(Gram(x), x), twice = Product(Gram(x), once);
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                    x[i, j] = (3.4445 * x[i, j]) - (4.7750 * once[i, j]) + (2.0315 * twice[i, j]);
        }
        return [.. x.Cast<double>().Select(value => (float)value)];
    }

    private static double[,] Gram(double[,] x)
    {
        double[,] transposed = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < x.GetLength(0); i++)
            for (int j = 0; j < x.GetLength(1); j++)
                transposed[j, i] = x[i, j];
        return Product(x, transposed);
    }

    private static double[,] Product(double[,] left, double[,] right)
    {
        double[,] product = new double[left.GetLength(0), right.GetLength(1)];
        for (int i = 0; i < left.GetLength(0); i++)
            for (int k = 0; k < left.GetLength(1); k++)
                for (int j = 0; j < right.GetLength(1); j++)
                    product[i, j] += left[i, k] * right[k, j];
        return product;
    }
}
