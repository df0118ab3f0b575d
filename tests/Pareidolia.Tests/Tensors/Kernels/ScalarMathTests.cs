using Pareidolia.Tensors;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tests.Tensors.Kernels;

/// <summary>The definitions themselves, against values from tables (20 digits, DLMF and Abramowitz and Stegun).</summary>
public sealed class ScalarMathTests
{
    [Theory]
    [InlineData(0.5, 0.52049987781304653768)]
    [InlineData(-1, -0.84270079294971486934)]
    [InlineData(2, 0.99532226501895273416)]
    [InlineData(3.5, 0.99999925690162765859)]
    [InlineData(0, 0)]
    [InlineData(30, 1)]
    public void Erf_has_the_values_of_the_tables(double x, double expected) =>
        Assert.Equal(expected, ScalarMath.Value(UnaryOp.Erf, x), 1e-15);

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.84134474606854294859)]
    [InlineData(-5, 2.8665157187919391167e-7)]
    [InlineData(-10, 7.6198530241605260660e-24)]
    [InlineData(-20, 2.7536241186062336951e-89)]
    public void The_normal_distribution_is_precise_in_its_lower_tail(double x, double expected) =>
        Assert.Equal(1, ScalarMath.NormalCdf(x) / expected, 1e-13);

    [Theory]
    [InlineData(UnaryOp.Softplus, -50, 1.9287498479639177831e-22)]
    [InlineData(UnaryOp.Softplus, 800, 800)]
    [InlineData(UnaryOp.LogSigmoid, 50, -1.9287498479639177831e-22)]
    [InlineData(UnaryOp.Elu, -1e-12, -9.999999999995e-13)]
    [InlineData(UnaryOp.Elu, -50, -1)]
    [InlineData(UnaryOp.Sigmoid, -50, 1.9287498479639177831e-22)]
    [InlineData(UnaryOp.Silu, -800, 0)]
    [InlineData(UnaryOp.GeluTanh, 800, 800)]
    [InlineData(UnaryOp.Mish, 1, 0.86509838826731034612)]
    [InlineData(UnaryOp.HardSwish, 1, 0.66666666666666666667)]
    [InlineData(UnaryOp.Round, 2.5, 2)]
    [InlineData(UnaryOp.LeakyRelu, -2, -0.4)]
    internal void Nothing_is_lost_near_zero_or_far_out(UnaryOp op, double x, double expected) =>
        Assert.Equal(expected, ScalarMath.Value(op, x), Math.Abs(expected) * 1e-14);
}
