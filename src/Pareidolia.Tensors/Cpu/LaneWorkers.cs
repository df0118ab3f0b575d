using System.Numerics;
using System.Runtime.Intrinsics;
using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>Runs work that is written over lanes on the workers, with the widest registers that the machine has.</summary>
internal static class LaneWorkers
{
    /// <summary>Elements of a task of one pass over memory: large enough that handing it out costs nothing, small enough to share out evenly.</summary>
    public const int Grain = 1 << 14;

    /// <summary>Number of pieces of at most <paramref name="size"/> that cover <paramref name="count"/>.</summary>
    public static int Pieces(long count, long size) => checked((int)((count + size - 1) / size));

    /// <summary>For work whose lanes do not meet: as many at once as a register holds.</summary>
    public static void Run<T>(int tasks, in T work)
        where T : struct, ILaneWork => Workers.Run(tasks, new OnWidest<T>(work));

    /// <summary>For work that adds lanes up: always <see cref="Lanes.Count"/>, so that every machine groups the terms in the same way.</summary>
    public static void RunGrouped<T>(int tasks, in T work)
        where T : struct, ILaneWork => Workers.Run(tasks, new OnSixteen<T>(work));

    private readonly struct OnWidest<T>(T work) : IWork
        where T : struct, ILaneWork
    {
        private readonly T _work = work;

        public void Run(int task)
        {
            if (Vector512.IsHardwareAccelerated)
                _work.Run<Lanes512>(task);
            else
                _work.Run<LanesNative>(task);
        }
    }

    private readonly struct OnSixteen<T>(T work) : IWork
        where T : struct, ILaneWork
    {
        private readonly T _work = work;

        public void Run(int task)
        {
            if (Vector512.IsHardwareAccelerated)
                _work.Run<Lanes512>(task);
            else if (Vector<float>.Count == 8)
                _work.Run<LanePair<LanesNative>>(task);
            else
                _work.Run<LanePair<LanePair<LanesNative>>>(task);
        }
    }
}
