using Pareidolia.Tensors;

namespace Pareidolia.Nn;

/// <summary>Tensors that were read for the last time: at full size each is a good part of all memory, so they do not wait for their scope's end.</summary>
internal static class Spent
{
    /// <summary>Releases what was read, once the next is there.</summary>
    public static Tensor After(this Tensor made, Tensor read)
    {
        read.Dispose();
        return made;
    }
}
