using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>Runs alone: what it counts is counted for the whole process.</summary>
[CollectionDefinition(nameof(TensorMemoryTests), DisableParallelization = true)]
[Collection(nameof(TensorMemoryTests))]
public sealed class TensorMemoryTests
{
    private static readonly Backend[] s_devices = [Backend.Reference, Backend.Cpu];

    public static TheoryData<string> Ops => [.. DifferentiableOps.All.Keys];

    [Theory]
    [MemberData(nameof(Ops))]
    public void Forward_and_backward_leave_nothing_behind(string name)
    {
        foreach (Backend device in s_devices)
            AssertNoLeak(() =>
            {
                using Scope scope = new();
                Run(DifferentiableOps.All[name], device, backward: true);
            });
    }

    [Theory]
    [MemberData(nameof(Ops))]
    public void A_tape_that_never_ran_backward_leaves_nothing_behind(string name) => AssertNoLeak(() =>
    {
        using Scope scope = new();
        Run(DifferentiableOps.All[name], Backend.Cpu, backward: false);
    });

    [Fact]
    public void What_a_tape_saved_outlives_the_scope_and_not_the_tape() => AssertNoLeak(() =>
    {
        using Tensor x = Tensor.From([1f, 2, 3], [3]);
        x.RequiresGradient = true;
        using (Tape tape = new())
        {
            using Tensor y = Squares(x);
            tape.Backward(y);
        }
        Assert.Equal([4f, 32, 108], x.Gradient!.ToArray());
    });

    [Fact]
    public void A_kept_tensor_belongs_to_the_outer_scope() => AssertNoLeak(() =>
    {
        long before = TensorMemory.LiveBuffers;
        using Scope outer = new();
        Tensor kept;
        using (Scope inner = new())
        {
            Tensor x = Tensor.Full([3], 2);
            kept = inner.Keep(x.Square().Exp().Log());
        }
        Assert.Equal(before + 1, TensorMemory.LiveBuffers);
        Assert.Equal(4, kept.Slice(0, 0, 1).Item(), 1e-5);
    });

    [Fact]
    public void A_view_keeps_the_memory_after_its_owner_is_gone() => AssertNoLeak(() =>
    {
        Tensor x = Tensor.From([1f, 2, 3, 4], [4]);
        using Tensor view = x.Reshape(2, 2);
        x.Dispose();
        x.Dispose();
        Assert.Equal([1f, 2, 3, 4], view.ToArray());
        Assert.Throws<ObjectDisposedException>(x.ToArray);
    });

    [Fact]
    public void An_error_in_the_middle_leaves_nothing_behind() => AssertNoLeak(() =>
    {
        using Scope scope = new();
        using Tape tape = new();
        Tensor x = Tensor.Full([3, 2], 1);
        x.RequiresGradient = true;
        Assert.Throws<TensorException>(() => x.Square().MatMul(x.Exp()));
    });

    [Fact]
    public void Checkpointing_gives_the_same_gradients_at_a_lower_peak()
    {
        (float[] plain, long plainPeak) = Deep(checkpoint: false);
        (float[] checkpointed, long checkpointedPeak) = Deep(checkpoint: true);
        Assert.Equal(plain, checkpointed);
        Assert.True(checkpointedPeak < plainPeak / 2, $"peak {checkpointedPeak} with checkpoints, {plainPeak} without.");
    }

    private static void Run(DifferentiableOp op, Backend device, bool backward)
    {
        using Tape tape = new();
        Tensor[] inputs = [.. op.Values().Select((values, i) => Tensor.From(values, op.Inputs[i], device))];
        foreach (Tensor input in inputs)
            input.RequiresGradient = true;
        Tensor output = op.Compute(inputs);
        if (backward)
            tape.Backward(output, Tensor.Full(output.Shape, 1, device));
    }

    // sum x^4, whose intermediate x^2 is released by the scope and still held by the tape
    private static Tensor Squares(Tensor x)
    {
        using Scope scope = new();
        return scope.Keep(x.Square().Square().Sum());
    }

    // 4 blocks of 8 layers: without checkpoints 32 activations live at once, with them 4 and those of one block.
    private static (float[] Gradient, long Peak) Deep(bool checkpoint)
    {
        float[] gradient = [];
        TensorMemory.ResetPeak();
        long start = TensorMemory.PeakBytes;
        AssertNoLeak(() =>
        {
            using Scope scope = new();
            using Tape tape = new();
            Tensor x = Tensor.From([.. Enumerable.Range(0, 10000).Select(i => i * 1e-4f)], [10000]);
            x.RequiresGradient = true;
            Tensor h = x;
            for (int block = 0; block < 4; block++)
                h = checkpoint ? Tape.Checkpoint(Block, h) : Block(h);
            tape.Backward(h.Sum());
            gradient = x.Gradient!.ToArray();
        });
        return (gradient, TensorMemory.PeakBytes - start);
    }

    private static Tensor Block(Tensor x)
    {
        Tensor h = x;
        for (int layer = 0; layer < 8; layer++)
            h = h.Sin();
        return h;
    }

    private static void AssertNoLeak(Action action)
    {
        long before = TensorMemory.LiveBuffers;
        action();
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }
}
