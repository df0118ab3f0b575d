namespace Pareidolia.Weights.Checkpoints;

/// <summary>How <see cref="ModelConversion"/> writes a model.</summary>
public sealed record ConversionOptions
{
    /// <summary>What floating-point tensors are written as: F32, F16 or BF16; null for as they are.</summary>
    public SafetensorsType? Type { get; init; }

    /// <summary>Most bytes of tensors in one file of a folder; null for one file for each network.</summary>
    public long? LargestShard { get; init; }

    /// <summary>Whether what stands at the target may be written over.</summary>
    public bool Overwrite { get; init; }
}
