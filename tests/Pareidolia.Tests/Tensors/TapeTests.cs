using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

public sealed class TapeTests : IDisposable
{
    private readonly Scope _scope = new();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Gradients_of_two_passes_add_up_until_they_are_cleared()
    {
        Tensor x = Leaf(3);
        Learn(x);
        Learn(x);
        Assert.Equal([12f], x.Gradient!.ToArray());
        x.ClearGradient();
        Assert.Null(x.Gradient);
        Learn(x);
        Assert.Equal([6f], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_tape_runs_backward_once()
    {
        Tensor x = Leaf(3);
        using Tape tape = new();
        Tensor y = x.Square();
        tape.Backward(y);
        Assert.Throws<TensorException>(() => tape.Backward(y));
        Assert.Equal([6f], x.Gradient!.ToArray());
    }

    [Fact]
    public void Nothing_is_recorded_without_a_tape_or_while_it_pauses()
    {
        Tensor x = Leaf(3);
        Tensor untaped = x.Square();
        using Tape tape = new();
        Tensor paused;
        using (Tape.Pause())
            paused = x.Square();
        Assert.Throws<TensorException>(() => tape.Backward(untaped));
        Assert.Throws<TensorException>(() => tape.Backward(paused));
        Assert.Throws<TensorException>(() => tape.Backward(Tensor.Full([], 1)));
    }

    [Fact]
    public void Many_elements_need_a_seed()
    {
        Tensor x = Leaf(1, 2);
        using Tape tape = new();
        Tensor y = x.Square();
        Assert.Throws<TensorException>(() => tape.Backward(y));
        Assert.Throws<TensorException>(() => tape.Backward(y, Leaf(1)));
        tape.Backward(y, Leaf(1, 10));
        Assert.Equal([2f, 40], x.Gradient!.ToArray());
    }

    [Fact]
    public void The_seed_and_a_gradient_that_flows_to_two_places_stay_as_they_are()
    {
        Tensor a = Leaf(1, 2), b = Leaf(3, 4), seed = Leaf(1, 1);
        using Tape tape = new();
        tape.Backward(a + b + a, seed);
        Assert.Equal([1f, 1], seed.ToArray());
        Assert.Equal([2f, 2], a.Gradient!.ToArray());
        Assert.Equal([1f, 1], b.Gradient!.ToArray());
    }

    [Fact]
    public void An_enclosing_tape_sees_nothing_of_an_inner_one()
    {
        Tensor x = Leaf(3), w = Leaf(2);
        using Tape outer = new();
        Tensor y = x * 2;
        using (Tape inner = new())
            inner.Backward(w.Square());
        outer.Backward(y);
        Assert.Equal([4f], w.Gradient!.ToArray());
        Assert.Equal([2f], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_checkpoint_reaches_the_leaves_inside_it()
    {
        Tensor x = Leaf(3), w = Leaf(2);
        using Tape tape = new();
        tape.Backward(Tape.Checkpoint(h => h * w, x.Square()));
        Assert.Equal([9f], w.Gradient!.ToArray());
        Assert.Equal([12f], x.Gradient!.ToArray());
    }

    [Fact]
    public void A_checkpoint_of_data_without_a_gradient_still_teaches_the_leaves_inside_it()
    {
        Tensor x = Tensor.From([3f], [1]), w = Leaf(2);
        using Tape tape = new();
        tape.Backward(Tape.Checkpoint(h => (h * w).Square(), x));
        Assert.Equal([36f], w.Gradient!.ToArray());
    }

    [Fact]
    public void A_checkpoint_that_returns_its_input_passes_the_gradient_through()
    {
        Tensor x = Leaf(3);
        using Tape tape = new();
        tape.Backward(Tape.Checkpoint(h => h, x.Square()));
        Assert.Equal([6f], x.Gradient!.ToArray());
    }

    private static Tensor Leaf(params float[] values)
    {
        Tensor leaf = Tensor.From(values, [values.Length]);
        leaf.RequiresGradient = true;
        return leaf;
    }

    private static void Learn(Tensor x)
    {
        using Tape tape = new();
        tape.Backward(x.Square());
    }
}
