namespace Pareidolia.Diffusion.Randomness;

/// <summary>How the noise of pictures is made from their seeds.</summary>
public sealed record NoiseSettings
{
    /// <summary>Whose random numbers.</summary>
    public NoiseMode Mode { get; init; }

    /// <summary>
    /// The web UI's "eta noise seed delta" (ENSD): the steps' noise comes from a new stream of seed + delta; 0 draws on from the first.
    /// </summary>
    public int SeedDelta { get; init; }

    /// <summary>
    /// Share, 0 to 1, in which the start is turned towards the noise of another seed. Above 0, all pictures keep their seed, and their
    /// variation seeds count up.
    /// </summary>
    public double VariationStrength { get; init; }

    /// <summary>The other seed of the first picture.</summary>
    public ulong VariationSeed { get; init; }

    /// <summary>
    /// Rows and columns of latent cells of another picture whose noise is put in the middle of this one's, so that a seed keeps its
    /// composition at another size; null for none.
    /// </summary>
    public (int Rows, int Columns)? ResizeFrom { get; init; }
}

/// <summary>Where one picture's noise comes from.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Place">The picture's place in a batch that shares one stream (ComfyUI), from 0.</param>
/// <param name="Of">Pictures in that batch.</param>
/// <param name="VariationSeed">The seed of the noise to turn towards.</param>
public readonly record struct NoiseSeed(ulong Seed, int Place = 0, int Of = 1, ulong VariationSeed = 0);
