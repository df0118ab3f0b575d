// Muon, https://kellerjordan.github.io/posts/muon, with the step sizes of "Muon is scalable for LLM training", https://arxiv.org/abs/2502.16982
using Pareidolia.Tensors;

namespace Pareidolia.Nn.Optimizers;

/// <summary>
/// Momentum whose step is orthogonalised for each matrix: all directions that the gradients agree on move equally far, not only the strongest.
/// Kernels count as matrices [out, all the rest]. Tables, edges and vectors move by AdamW. Steps of matrices are scaled to the size of AdamW's, so
/// that one learning rate fits both.
/// </summary>
public sealed class Muon : Optimizer
{
    private const int Iterations = 5;
    private const double StepSize = 0.2;
    private const float Eps = 1e-7f;

    // The quintic of the method: takes singular values from (0, 1] to about 1 in five rounds.
    private static readonly (float A, float B, float C) s_quintic = (3.4445f, -4.7750f, 2.0315f);

    private readonly double _momentum;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly int _matrices;
    private readonly Tensor[] _m;
    private readonly Tensor[] _v;

    /// <summary>Makes the optimiser.</summary>
    /// <param name="matrices">Parameters of two axes or more that move by orthogonalised steps.</param>
    /// <param name="rest">Parameters that move by AdamW.</param>
    /// <param name="momentum">Of the matrices; Nesterov's.</param>
    /// <param name="beta1">First moment of the rest.</param>
    /// <param name="beta2">Second moment of the rest.</param>
    public Muon(IEnumerable<ParameterGroup> matrices, IEnumerable<ParameterGroup> rest, double momentum = 0.95, double beta1 = 0.9, double beta2 = 0.999)
        : this([.. matrices], rest, momentum, beta1, beta2)
    {
    }

    private Muon(ParameterGroup[] matrices, IEnumerable<ParameterGroup> rest, double momentum, double beta1, double beta2)
        : base([.. matrices, .. rest])
    {
        (_momentum, _beta1, _beta2) = (momentum, beta1, beta2);
        _matrices = matrices.Sum(group => group.Parameters.Count);
        if (Parameters.Take(_matrices).FirstOrDefault(parameter => parameter.Rank < 2) is Tensor vector)
            throw new TensorException($"Muon: {vector.Shape} is not a matrix; give vectors to AdamW.");
        _m = NewState("m");
        _v = NewState("v", from: _matrices);
    }

    /// <summary>The nearest half-orthogonal matrix to [a, b], roughly: its singular values become 0.7 to 1.2.</summary>
    internal static Tensor Orthogonalise(Tensor matrix)
    {
        using Scope scope = new();
        bool tall = matrix.Shape[0] > matrix.Shape[1];
        Tensor x = tall ? matrix.Transpose(0, 1) : matrix;
        x = x.Scale(1 / (MathF.Sqrt(x.Square().Sum().Item()) + Eps));
        Tensor diagonal = Diagonal(x.Shape[0], s_quintic.A);
        for (int i = 0; i < Iterations; i++)
        {
            using Scope round = new();
            Tensor square = x.MatMul(x, transposeOther: true);                                          // [a, a], a <= b
            Tensor mixed = diagonal + square.Scale(s_quintic.B) + square.MatMul(square).Scale(s_quintic.C);
            x = round.Keep(mixed.MatMul(x)).After(x);                                                   // [a, b]
        }
        return scope.Keep(tall ? x.Transpose(0, 1) : x);
    }

    private static Tensor Diagonal(int n, float value)
    {
        float[] values = new float[n * n];
        for (int i = 0; i < n; i++)
            values[i * (n + 1)] = value;
        return Tensor.From(values, [n, n]);
    }

    /// <inheritdoc/>
    protected override void Update(int index, Tensor parameter, Tensor gradient, double learningRate, double weightDecay, double gradientScale)
    {
        if (index < _matrices)
            MoveMatrix(parameter, gradient, _m[index], learningRate, weightDecay, gradientScale);
        else
            parameter.AdamStep(
                gradient, _m[index], _v[index - _matrices], null,
                new AdamSettings(learningRate, _beta1, _beta2, 1e-8, weightDecay, true, Steps, gradientScale));
    }

    private void MoveMatrix(Tensor parameter, Tensor gradient, Tensor m, double learningRate, double weightDecay, double gradientScale)
    {
        using Scope scope = new();
        Tensor slope = gradient.Scale((float)((1 - _momentum) * gradientScale));
        m.ScaleInPlace((float)_momentum);
        m.AddInPlace(slope);
        slope.AddInPlace(m, (float)_momentum);
        Tensor step = Orthogonalise(slope.Reshape(parameter.Shape[0], -1));
        double size = StepSize * Math.Sqrt(Math.Max(step.Shape[0], step.Shape[1]));
        parameter.ScaleInPlace((float)(1 - (learningRate * weightDecay)));
        parameter.AddInPlace(step.Reshape([.. parameter.Shape]), (float)(-learningRate * size));
    }
}
