namespace Pareidolia.Weights.Checkpoints;

/// <summary>A UNet in a file of its own, in any layout, under the names that it has in a whole model's file.</summary>
internal static class UNetFile
{
    private const string OfOriginal = "input_blocks.0.0.weight", OfDiffusers = "down_blocks.0.resnets.0.conv1.weight";

    /// <summary>Opens one; a whole model's file is one too.</summary>
    /// <exception cref="PareidoliaException">It is missing, broken, or something else; the message says what.</exception>
    public static StoredWeights Open(string path)
    {
        StoredWeights file = StoredWeights.Open(path);
        try
        {
            return ForeignFile.IsModel(file) ? file : new MappedWeights(file, Views(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Dictionary<string, TensorView> Views(StoredWeights file) => file.Has(OfDiffusers) ? CheckpointPart.UNet.AllToOriginal(file)
        : file.Has(OfOriginal) ? file.Names.ToDictionary(name => CheckpointPart.UNet.Prefix + name, name => new TensorView([name]))
        : throw new PareidoliaException($"'{file.Location}' is {ForeignFile.Describe(file) ?? "of no kind that is known here"}; a UNet of Stable Diffusion 1, 2 or XL is needed.");
}
