using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>What a ControlNet looks at while pictures are drawn.</summary>
/// <param name="Picture">Edges, depth, a pose: what the network was trained on; resized to the picture's size.</param>
/// <param name="Weight">How strongly it speaks; 1 as it was trained.</param>
/// <param name="Start">The share of the steps after which it begins, 0 to 1.</param>
/// <param name="End">The share of the steps after which it falls silent, 0 to 1.</param>
public sealed record ControlGuide(Image Picture, double Weight = 1, double Start = 0, double End = 1)
{
    /// <summary>Fails unless the numbers make sense.</summary>
    internal void Validate()
    {
        if (!double.IsFinite(Weight))
            throw new PareidoliaException($"The ControlNet's weight is {Weight}; a number is needed.");
        if (!(Start >= 0 && Start <= End && End <= 1))
            throw new PareidoliaException($"The ControlNet speaks from {Start} to {End} of the steps; two numbers from 0 to 1 are needed, the first not above the second.");
    }

    /// <summary>Whether it speaks in a step, counted from 0.</summary>
    internal bool Speaks(int step, int steps) => (double)step / steps >= Start && (double)(step + 1) / steps <= End;
}
