using System.Runtime.CompilerServices;
using Pareidolia.Tensors.Cpu;

namespace Pareidolia.Tests.Tensors.Cpu;

public sealed class WorkersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Every_task_runs_once(int tasks)
    {
        int[] runs = new int[tasks];
        for (int round = 0; round < 100; round++)
            Workers.Run(tasks, new Counting(runs));
        Assert.All(runs, count => Assert.Equal(100, count));
    }

    [Fact]
    public void A_job_inside_a_job_runs_inline()
    {
        int[] runs = new int[64];
        Workers.Run(8, new Nesting(runs));
        Assert.All(runs, count => Assert.Equal(8, count));
    }

    [Fact]
    public async Task Two_callers_at_once_both_finish()
    {
        int[] first = new int[100];
        int[] second = new int[100];
        await Task.WhenAll(Task.Run(() => Repeat(first)), Task.Run(() => Repeat(second)));
        Assert.All(first.Concat(second), count => Assert.Equal(1000, count));
    }

    [Fact]
    public void An_exception_surfaces_and_the_pool_lives_on()
    {
        Assert.Equal("task 3", Assert.Throws<InvalidOperationException>(() => Workers.Run(100, new Failing())).Message);
        Every_task_runs_once(100);
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        int[] runs = new int[16];
        Workers.Run(16, new Counting(runs));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Workers.Run(16, new Counting(runs));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Repeat(int[] runs)
    {
        for (int round = 0; round < 1000; round++)
            Workers.Run(runs.Length, new Counting(runs));
    }

    private readonly struct Counting(int[] runs) : IWork
    {
        public void Run(int task) => Interlocked.Increment(ref runs[task]);
    }

    private readonly struct Nesting(int[] runs) : IWork
    {
        public void Run(int task) => Workers.Run(runs.Length, new Counting(runs));
    }

    private readonly struct Failing : IWork
    {
        public void Run(int task)
        {
            if (task == 3)
                throw new InvalidOperationException($"task {task}");
        }
    }
}
