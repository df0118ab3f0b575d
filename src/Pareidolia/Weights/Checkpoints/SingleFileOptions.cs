namespace Pareidolia.Weights.Checkpoints;

/// <summary>What a model in a single file does not tell.</summary>
public sealed record SingleFileOptions
{
    // Id 0.
    private const string OpenClipPadding = "!";

    /// <summary>The vocabulary: a folder with <c>vocab.json</c> and <c>merges.txt</c>, or a model folder that has one; null for none.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>
    /// Configs that say more than shapes do (heads, norm groups, the scheduler): a model folder, or a <c>.json</c> file with one object for
    /// each part; null for the family's own. What they do not say still follows from the file.
    /// </summary>
    public string? Config { get; init; }

    /// <summary>How the file is opened: its tensors have the names that they have in a whole model's file.</summary>
    internal Func<string, StoredWeights> Opens { get; init; } = StoredWeights.Open;

    /// <summary>The tokenizer of a text encoder: in a model's folder, or in a folder of its own.</summary>
    /// <param name="file">The file of the text encoder.</param>
    /// <param name="encoder">The text encoder.</param>
    /// <exception cref="PareidoliaException">No vocabulary is known.</exception>
    internal ModelComponent TokenizerOf(string file, CheckpointPart encoder)
    {
        string folder = Tokenizer ?? throw new PareidoliaException(
            $"'{file}' has no vocabulary, as no single file has: name a folder that holds vocab.json and merges.txt, or a model folder, with --tokenizer; or pull a model that has one (pareidolia models pull).");
        string[] places = [Path.Combine(folder, encoder.TokenizerName), Path.Combine(folder, "tokenizer"), folder];
        string place = places.FirstOrDefault(Directory.Exists) ?? folder;
        return new ModelComponent(place, "CLIPTokenizer") { PadToken = encoder.IsOpenClip ? OpenClipPadding : null };
    }

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
