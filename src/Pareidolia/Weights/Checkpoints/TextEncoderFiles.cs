namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// Text encoders in files of their own, under transformers' or OpenCLIP's names: one, or the two of SDXL. Of two the wider one is the second,
/// in whatever order they are named; one alone is the second where it is as wide as that: the SDXL refiner's.
/// </summary>
internal sealed class TextEncoderFiles : ModelSource
{
    private const string OpenClipTokens = "token_embedding.weight", Tokens = "text_model.embeddings.token_embedding.weight";
    private const string LastOfVitH = "text_model.encoder.layers.23.";
    private const long WidthOfVitH = 1024, WidthOfBigG = 1280;

    private readonly Dictionary<string, Func<ModelComponent>> _parts = [];

    /// <summary>Opens them: reads their names and shapes.</summary>
    /// <param name="paths">One or two files.</param>
    /// <param name="options">Where the vocabulary comes from.</param>
    /// <exception cref="PareidoliaException">One is broken or no text encoder of CLIP; the message says what it is.</exception>
    public TextEncoderFiles(IReadOnlyList<string> paths, SingleFileOptions options)
        : base(paths[0])
    {
        (string Path, long Width)[] files = [.. paths.Select(path => (path, WidthOf(path))).OrderBy(file => file.Item2)];
        bool isSecond = files[^1].Width == WidthOfBigG || files.Length > 1;
        foreach ((int i, (string path, long width)) in files.Index())
            Add(path, width, isSecond && i == files.Length - 1, options);
    }

    /// <inheritdoc/>
    public override string? ClassName => null;

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => _parts.Keys;

    /// <inheritdoc/>
    private protected override ModelComponent Find(string name) => _parts.TryGetValue(name, out Func<ModelComponent>? part)
        ? part()
        : throw new PareidoliaException($"'{Path}' has no {name}; it has {string.Join(", ", Names)}.");

    private static long WidthOf(string path)
    {
        using StoredWeights file = StoredWeights.Open(path);
        string? table = file.Has(Tokens) ? Tokens : file.Has(OpenClipTokens) ? OpenClipTokens : null;
        return table is not null && file.Entry(table).Shape is [_, long width] ? width : throw new PareidoliaException(
            $"'{path}' is {ForeignFile.Describe(file) ?? "of no kind that is known here"}; a text encoder of CLIP is needed.");
    }

    private void Add(string path, long width, bool isSecond, SingleFileOptions options)
    {
        using StoredWeights file = StoredWeights.Open(path);
        CheckpointPart part = PartOf(file, width, isSecond);
        Dictionary<string, TensorView> views = part.ToDiffusers(NamesOf(file, width));
        using MappedWeights text = new(file, views, owns: false);
        JsonConfig config = JsonConfig.Parse(new InferredConfig(text).Text(part.ClassName, part.IsOpenClip ? "gelu" : "quick_gelu").ToJsonString(), path);
        _parts.Add(part.Name, () => new ModelComponent(path, part.ClassName, config, () => new MappedWeights(StoredWeights.Open(path), views)));
        _parts.Add(part.TokenizerName, () => options.TokenizerOf(path, part));
    }

    private static CheckpointPart PartOf(StoredWeights file, long width, bool isSecond)
    {
        if (file.Has(OpenClipTokens))
            return isSecond ? CheckpointPart.OpenClip("") : CheckpointPart.OpenClipPenultimate("");
        return isSecond ? CheckpointPart.TransformersWithProjection("") : CheckpointPart.Transformers("") with { IsOpenClip = width == WidthOfVitH };
    }

    // SD 2 does not use the last of ViT-H's layers.
    private static string[] NamesOf(StoredWeights file, long width) =>
        [.. file.Names.Where(name => width != WidthOfVitH || !name.StartsWith(LastOfVitH, StringComparison.Ordinal))];
}
