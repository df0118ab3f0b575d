namespace Pareidolia.Training.Data;

/// <summary>A part of a shard that could not be used.</summary>
/// <param name="Shard">The shard's path.</param>
/// <param name="Name">The member's or sample's name; a place in the shard where no name could be read.</param>
/// <param name="Reason">What is wrong with it, as a sentence.</param>
public sealed record BrokenMember(string Shard, string Name, string Reason)
{
    /// <summary>One line: shard, name, reason.</summary>
    public override string ToString() => $"{Shard}: {Name} was skipped: {Reason}";
}

/// <summary>
/// Collects what was skipped, so that nothing is lost in silence. The same member met again in a later epoch counts once. Safe for
/// several threads.
/// </summary>
/// <param name="report">Called for each new one, from whichever thread met it.</param>
public sealed class BrokenMembers(Action<BrokenMember>? report = null)
{
    /// <summary>Most that are kept: a shard of nothing but rubbish must not fill the memory.</summary>
    private const int Limit = 10_000;

    private readonly HashSet<BrokenMember> _members = [];
    private readonly Lock _lock = new();

    /// <summary>How many different ones were met; stops at 10,000.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _members.Count;
        }
    }

    /// <summary>All of them, sorted by shard and name: the same list whatever the number of threads.</summary>
    public IReadOnlyList<BrokenMember> All
    {
        get
        {
            lock (_lock)
                return [.. _members.OrderBy(member => (member.Shard, member.Name, member.Reason))];
        }
    }

    internal void Add(string shard, string name, string reason)
    {
        BrokenMember member = new(shard, name, reason);
        bool isNew;
        lock (_lock)
            isNew = _members.Count < Limit && _members.Add(member);
        if (isNew)
            report?.Invoke(member);
    }
}
