namespace Pareidolia.Weights.Checkpoints;

/// <summary>Counting what names are numbered from 0 without holes.</summary>
internal static class Counted
{
    /// <summary>0, 1, 2 ... as long as a numbered thing is there.</summary>
    public static IEnumerable<int> While(Func<int, bool> isThere)
    {
        for (int number = 0; isThere(number); number++)
            yield return number;
    }

    /// <summary>How many numbered things are there.</summary>
    public static int Times(Func<int, bool> isThere) => While(isThere).Count();
}
