using Pareidolia.Tensors;

namespace Pareidolia.Tests.Docs;

/// <summary>The code of docs/tensors.md and docs/adding-an-op.md.</summary>
public sealed class TensorsPage
{
    [Fact]
    public void A_line_is_fitted()
    {
        using Scope scope = new();
        Tensor x = Tensor.From([1f, 0, 0, 1, 1, 1], [3, 2]);          // three rows
        Tensor target = Tensor.From([3f, -1, 2], [3, 1]);             // 3 times the first number, less the second
        Tensor weight = Tensor.From([0f, 0], [1, 2]);                 // [out, in], as checkpoints store it
        weight.RequiresGradient = true;
        for (int step = 0; step < 60; step++)
        {
            using Scope each = new();
            using Tape tape = new();
            Tensor loss = x.Linear(weight).MseLoss(target);
            tape.Backward(loss);
            weight.AddInPlace(weight.Gradient!, -0.5f);
            weight.ClearGradient();
        }
        float[] learned = weight.ToArray();                           // 3, -1
        Assert.Equal(3, learned[0], 1e-3);
        Assert.Equal(-1, learned[1], 1e-3);
    }

    [Fact]
    public void Two_devices_are_compared()
    {
        using Scope scope = new();
        float[] values = [-2, -0.5f, 0, 0.5f, 2];
        Tensor defined = Tensor.From(values, [5], Backend.Reference).Silu();
        Tensor computed = Tensor.From(values, [5], Backend.Cpu).Silu();
        float largest = defined.ToArray().Zip(computed.ToArray(), (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(largest, 0, 1e-6f);
    }
}
