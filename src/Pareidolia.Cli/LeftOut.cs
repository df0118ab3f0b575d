using Pareidolia.Training.Data;

namespace Pareidolia.Cli;

/// <summary>Tells what of the data could not be used, so that nothing is left out in silence.</summary>
internal static class LeftOut
{
    /// <summary>Names each with its shard and what is wrong with it.</summary>
    public static void Name(TextWriter error, DataRoot root)
    {
        foreach (BrokenMember member in root.Broken.All)
            error.WriteLine(member);
    }

    /// <summary>Says how many there are, if there are any.</summary>
    public static void Count(TextWriter error, DataRoot root)
    {
        if (root.Broken.Count > 0)
            error.WriteLine($"left out of the data: {root.Broken.Count} broken");
    }
}
