using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Tensors;

/// <summary>Single operations and their gradients against PyTorch, on both devices.</summary>
public sealed class OpGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("op");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Output_and_gradients_are_those_of_torch(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        string op = golden.Description.GetProperty("op").GetString()!;
        if (!GoldenOps.Known.TryGetValue(op, out GoldenOp? known))
            Assert.Skip($"{name}: no test computes the op '{op}' yet.");
        using Scope scope = new();
        using GoldenOpRun run = new(golden, known, GoldenCase.Device(device));
        run.CheckOutputs();
        run.CheckGradients();
    }
}
