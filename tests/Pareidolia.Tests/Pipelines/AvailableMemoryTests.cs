using Pareidolia.Pipelines;

namespace Pareidolia.Tests.Pipelines;

/// <summary>What a process may take, from files as the kernel writes them.</summary>
public sealed class AvailableMemoryTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Without_limits_it_is_what_the_system_has_left()
    {
        Write("proc/meminfo", "MemTotal:       24000000 kB\nMemFree:         1000000 kB\nMemAvailable:   20000000 kB\n");
        Assert.Equal(20_480_000_000, AvailableMemory.Read(_root.Path));
    }

    [Fact]
    public void A_group_of_version_2_and_those_above_it_limit_it()
    {
        Write("proc/meminfo", "MemAvailable:   20000000 kB\n");
        Write("proc/self/cgroup", "0::/box/mine\n");
        Write("sys/fs/cgroup/box/memory.max", "5000000000\n");
        Write("sys/fs/cgroup/box/memory.current", "3000000000\n");
        Write("sys/fs/cgroup/box/memory.stat", "anon 1000000000\ninactive_file 500000000\n");
        Write("sys/fs/cgroup/box/mine/memory.max", "max\n");
        Write("sys/fs/cgroup/box/mine/memory.current", "3000000000\n");
        Assert.Equal(2_500_000_000, AvailableMemory.Read(_root.Path));
    }

    [Fact]
    public void A_group_of_version_1_limits_it()
    {
        Write("proc/meminfo", "MemAvailable:   20000000 kB\n");
        Write("proc/self/cgroup", "7:cpu,cpuacct:/box\n5:memory:/box\n");
        Write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "4000000000\n");
        Write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "1000000000\n");
        Assert.Equal(3_000_000_000, AvailableMemory.Read(_root.Path));
    }

    [Fact]
    public void Nothing_is_known_where_nothing_is_written() => Assert.Null(AvailableMemory.Read(_root.Path));

    private void Write(string path, string text)
    {
        string file = _root[path];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
