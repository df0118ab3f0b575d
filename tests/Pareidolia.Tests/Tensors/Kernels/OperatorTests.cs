using Pareidolia.Tensors;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tests.Tensors.Kernels;

public class OperatorTests
{
    private const int Count = 40_003;

    public static TheoryData<string> Operators => [.. Enum.GetNames<UnaryOp>()];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Value_and_derivative_agree_with_their_definitions(string name)
    {
        UnaryOp op = Enum.Parse<UnaryOp>(name);
        float[] x = Arguments(op);
        using Scope scope = new();
        Tensor input = Tensor.From(x, [x.Length]);
        Tensor y = Tensor.Empty(input.Shape), dy = Tensor.Empty(input.Shape);
        Backend.Cpu.Unary(op, input.Operand, y.Operand);
        Backend.Cpu.UnaryGradient(op, input.Operand, Tensor.Full(input.Shape, 1).Operand, dy.Operand);
        RequireClose(x, y.ToArray(), v => ScalarMath.Value(op, v));
        RequireClose(x, dy.ToArray(), v => ScalarMath.Derivative(op, v));
    }

    [Theory]
    [InlineData("Exp", 1.5)]
    [InlineData("Log", 1.5)]
    [InlineData("Tanh", 4)]
    [InlineData("Erf", 4)]
    [InlineData("Sigmoid", 3)]
    [InlineData("Softplus", 3)]
    public void Elementary_functions_are_right_to_a_few_units_of_the_last_place(string name, double units)
    {
        UnaryOp op = Enum.Parse<UnaryOp>(name);
        float[] x = Arguments(op);
        using Scope scope = new();
        Tensor y = Tensor.Empty([x.Length]);
        Backend.Cpu.Unary(op, Tensor.From(x, y.Shape).Operand, y.Operand);
        float[] actual = y.ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            double expected = ScalarMath.Value(op, x[i]);
            float rounded = MathF.Abs((float)expected);
            if (float.IsNormal(rounded) && rounded > 1e-37f)
                Assert.True(Math.Abs(actual[i] - expected) <= units * (MathF.BitIncrement(rounded) - rounded), $"{op}({x[i]}) is {actual[i]}, not {expected}");
        }
    }

    [Theory]
    [MemberData(nameof(Operators))]
    public void A_result_does_not_depend_on_its_place(string name)
    {
        UnaryOp op = Enum.Parse<UnaryOp>(name);
        float[] x = Arguments(op)[..131];
        using Scope scope = new();
        Tensor whole = Tensor.Empty([x.Length]), one = Tensor.Empty([1]);
        Backend.Cpu.Unary(op, Tensor.From(x, whole.Shape).Operand, whole.Operand);
        float[] expected = whole.ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            Backend.Cpu.Unary(op, Tensor.From([x[i]], one.Shape).Operand, one.Operand);
            Assert.Equal(BitConverter.SingleToInt32Bits(expected[i]), BitConverter.SingleToInt32Bits(one.Item()));
        }
    }

    [Theory]
    [MemberData(nameof(Operators))]
    public void Not_a_number_stays_so_and_zero_is_as_defined(string name)
    {
        UnaryOp op = Enum.Parse<UnaryOp>(name);
        using Scope scope = new();
        Tensor y = Tensor.Empty([3]);
        Backend.Cpu.Unary(op, Tensor.From([float.NaN, 0f, -0f], y.Shape).Operand, y.Operand);
        float[] actual = y.ToArray();
        Assert.True(float.IsNaN(actual[0]));
        Assert.Equal((float)ScalarMath.Value(op, 0), actual[1], 1e-7f);
        Assert.Equal(Math.Abs((float)ScalarMath.Value(op, -0.0)), Math.Abs(actual[2]), 1e-7f);
    }

    // A third each over wide, ordinary and small magnitudes.
    private static float[] Arguments(UnaryOp op)
    {
        bool positive = op is UnaryOp.Log or UnaryOp.Sqrt or UnaryOp.Rsqrt;
        System.Random random = new(7);
        float[] x = new float[Count];
        for (int i = 0; i < Count; i++)
        {
            double u = random.NextDouble() * 2 - 1;
            double value = (i % 3) switch { 0 => 80 * u, 1 => 5 * u, _ => u * Math.Exp(-30 * random.NextDouble()) };
            x[i] = (float)(positive ? Math.Abs(value) : value);
        }
        return x;
    }

    private static void RequireClose(float[] x, float[] actual, Func<float, double> definition)
    {
        for (int i = 0; i < x.Length; i++)
        {
            double expected = definition(x[i]);
            Assert.True(Math.Abs(actual[i] - expected) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"at {x[i]}: {actual[i]}, not {expected}");
        }
    }
}
