using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// Work cut into numbered tasks that may run in any order and on any thread. The cut may follow the number of threads only where it changes no sum, as the rows and
/// columns of a product do not.
/// </summary>
internal interface IWork
{
    void Run(int task);
}

/// <summary>
/// The threads of the CPU device: <see cref="CpuBackend.Threads"/> - 1 of them and the caller share the tasks of one job at a time, each taking the
/// next number from a counter. Idle threads spin for a moment, because ops follow each other closely, and then park.
/// A job inside a job, or beside another caller's job, runs on its own thread alone; the results are the same.
/// </summary>
internal static unsafe class Workers
{
    private static readonly long s_spinTicks = Stopwatch.Frequency / 20_000; // 50 microseconds
    private static readonly Lock s_turn = new();
    private static readonly SemaphoreSlim s_park = new(0);
    private static int s_started;
    private static Job s_job;
    private static ExceptionDispatchInfo? s_failure;

    [ThreadStatic]
    private static bool s_inside;

    /// <summary>Runs tasks 0..tasks-1 and returns when all are done. The first exception of a task is thrown again here; tasks not begun by then are dropped.</summary>
    public static void Run<T>(int tasks, in T body)
        where T : struct, IWork
    {
        T work = body;
        int helpers = Math.Min(CpuBackend.Threads, tasks) - 1;
        if (helpers <= 0 || s_inside || !s_turn.TryEnter())
        {
            for (int task = 0; task < tasks; task++)
                work.Run(task);
            return;
        }
        try
        {
            s_inside = true;
            Share(tasks, helpers, &Invoke<T>, Unsafe.AsPointer(ref work));
        }
        finally
        {
            s_inside = false;
            s_turn.Exit();
        }
    }

    private static void Invoke<T>(void* work, int task)
        where T : struct, IWork => Unsafe.AsRef<T>(work).Run(task);

    private static void Share(int tasks, int helpers, delegate*<void*, int, void> invoke, void* work)
    {
        ref Job job = ref s_job;
        for (; s_started < helpers; s_started++)
            new Thread(Serve) { IsBackground = true, Name = $"pareidolia {s_started + 1}" }.Start(s_started);
        job.Invoke = invoke;
        job.Work = work;
        job.Tasks = tasks;
        job.Helpers = helpers;
        s_failure = null;
        job.Next = 0;
        Volatile.Write(ref job.Open, 1);
        Interlocked.Increment(ref job.Number);
        if (job.Parked > 0)
            s_park.Release(Interlocked.Exchange(ref job.Parked, 0));
        Take(ref job);
        // A helper counts itself in before it looks whether the job is open: whoever is not counted here will find it closed.
        Interlocked.Exchange(ref job.Open, 0);
        SpinWait spin = default;
        while (Volatile.Read(ref job.Active) != 0)
            spin.SpinOnce(sleep1Threshold: -1);
        s_failure?.Throw();
    }

    private static void Take(ref Job job)
    {
        try
        {
            for (int task = Next(ref job); task < job.Tasks; task = Next(ref job))
                job.Invoke(job.Work, task);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref s_failure, ExceptionDispatchInfo.Capture(e), null);
            Volatile.Write(ref job.Next, job.Tasks);
        }
    }

    private static int Next(ref Job job) => Interlocked.Increment(ref job.Next) - 1;

    private static void Serve(object? index)
    {
        ref Job job = ref s_job;
        int helper = (int)index!;
        int seen = 0;
        s_inside = true;
        while (true)
        {
            seen = Await(ref job, seen);
            Interlocked.Increment(ref job.Active);
            if (Volatile.Read(ref job.Open) != 0 && helper < job.Helpers)
                Take(ref job);
            Interlocked.Decrement(ref job.Active);
        }
    }

    private static int Await(ref Job job, int seen)
    {
        while (true)
        {
            long until = Stopwatch.GetTimestamp() + s_spinTicks;
            while (Stopwatch.GetTimestamp() < until)
            {
                if (Volatile.Read(ref job.Number) != seen)
                    return Volatile.Read(ref job.Number);
                Thread.SpinWait(4);
            }
            Interlocked.Increment(ref job.Parked);
            // A job that came in between has either seen this thread parked, and wakes it, or is seen here; a wake too many is harmless.
            if (Volatile.Read(ref job.Number) == seen)
                s_park.Wait();
        }
    }

    // What threads write while others read lies on lines of its own.
    [StructLayout(LayoutKind.Sequential)]
    private struct Job
    {
        public delegate*<void*, int, void> Invoke;
        public void* Work;
        public int Tasks;
        public int Helpers;
        private readonly Line _first;
        public int Number;
        public int Open;
        public int Parked;
        private readonly Line _second;
        public int Next;
        private readonly Line _third;
        public int Active;
        private readonly Line _fourth;
    }

    [InlineArray(128)]
    private struct Line
    {
        private byte _first;
    }
}
