namespace Pareidolia.Weights.Checkpoints;

/// <summary>What a model in a single file does not tell.</summary>
public sealed record SingleFileOptions
{
    /// <summary>The vocabulary: a folder with <c>vocab.json</c> and <c>merges.txt</c>, or a model folder that has one; null for none.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>
    /// Configs that say more than shapes do (heads, norm groups, the scheduler): a model folder, or a <c>.json</c> file with one object for
    /// each part; null for the family's own. What they do not say still follows from the file.
    /// </summary>
    public string? Config { get; init; }

    /// <summary>What is known about a part; null for nothing.</summary>
    internal JsonConfig? ConfigOf(string part)
    {
        if (Config is null)
            return null;
        if (File.Exists(Config))
            return JsonConfig.Load(Config).Section(part);
        ModelFolder folder = new(Config);
        return folder.Has(part) ? folder.Component(part).Config : null;
    }
}
