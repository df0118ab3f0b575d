using Pareidolia.Nn;

namespace Pareidolia.Pipelines;

/// <summary>Along which axes a picture continues itself without a seam.</summary>
[Flags]
public enum Tiling
{
    /// <summary>Along none.</summary>
    None = 0,

    /// <summary>From left to right.</summary>
    X = 1,

    /// <summary>From top to bottom.</summary>
    Y = 2,

    /// <summary>Both: a pattern.</summary>
    Both = X | Y,
}

/// <summary>Edges that meet while networks run.</summary>
internal static class Seamless
{
    /// <summary>Opens them on this thread; null where there are none. The caller closes them there.</summary>
    public static WrappedEdges? Open(this Tiling tiling) =>
        tiling == Tiling.None ? null : new WrappedEdges(tiling.HasFlag(Tiling.X), tiling.HasFlag(Tiling.Y));

    /// <summary>Says it in the web UI's word; of one axis alone, which it does not know, in another.</summary>
    public static void Describe(this Tiling tiling, IDictionary<string, string> fields)
    {
        if (tiling == Tiling.Both)
            fields["Tiling"] = "True";
        else if (tiling != Tiling.None)
            fields["Tiling axis"] = tiling == Tiling.X ? "x" : "y";
    }
}
