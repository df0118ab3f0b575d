using Pareidolia.Tensors;
using Pareidolia.Tensors.Cpu;

namespace Pareidolia.Tests.Tensors;

/// <summary>The number of threads changes no byte. Runs alone: it is one setting for the whole process.</summary>
[CollectionDefinition(nameof(ThreadCountTests), DisableParallelization = true)]
[Collection(nameof(ThreadCountTests))]
public sealed class ThreadCountTests : IDisposable
{
    private readonly int _threads = CpuBackend.Threads;

    public static TheoryData<string> Cases => [.. KernelCases.Large.Keys];

    public void Dispose() => CpuBackend.Threads = _threads;

    [Theory]
    [MemberData(nameof(Cases))]
    public void One_two_and_three_threads_give_the_same_bytes(string name)
    {
        KernelCase.Output[] one = With(1, name), two = With(2, name), three = With(3, name);
        for (int i = 0; i < one.Length; i++)
        {
            Assert.True(one[i].Bytes.AsSpan().SequenceEqual(two[i].Bytes), $"{name}: output {i} differs between 1 and 2 threads.");
            Assert.True(one[i].Bytes.AsSpan().SequenceEqual(three[i].Bytes), $"{name}: output {i} differs between 1 and 3 threads.");
        }
    }

    private static KernelCase.Output[] With(int threads, string name)
    {
        CpuBackend.Threads = threads;
        return KernelCases.Large[name].On(Backend.Cpu);
    }
}
