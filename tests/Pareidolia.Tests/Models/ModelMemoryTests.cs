using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;

namespace Pareidolia.Tests.Models;

/// <summary>Runs alone: what it counts is counted for the whole process.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class ModelMemoryTests
{
    public static TheoryData<string> Names => [.. TinyModels.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_and_backward_leave_nothing_behind(string name)
    {
        long before = TensorMemory.LiveBuffers;
        using (Scope scope = new())
        using (TinyModel model = TinyModels.All[name](Backend.Cpu))
        {
            _ = model.Run();
            using Tape tape = new();
            model.Weights.RequireGradients(true);
            tape.Backward(model.Run().Sum());
        }
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Inference_keeps_nothing_but_the_result(string name)
    {
        using Scope scope = new();
        using TinyModel model = TinyModels.All[name](Backend.Cpu);
        long before = TensorMemory.LiveBuffers;
        using (Scope inner = new())
            _ = inner.Keep(model.Run());
        Assert.Equal(before + 1, TensorMemory.LiveBuffers);
    }
}
