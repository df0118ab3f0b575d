using System.Text.Json.Nodes;

namespace Pareidolia.Weights.Checkpoints;

/// <summary>
/// A whole model in one file in the original layout, as SD 1.x, 2.x and XL are passed around (<c>model.diffusion_model.*</c>,
/// <c>first_stage_model.*</c> ...). Its networks appear under diffusers' names, as views of the file; its configs follow from the tensors'
/// shapes. Such a file has no vocabulary: that comes from elsewhere.
/// </summary>
public sealed class SingleFileModel : ModelSource
{
    private readonly CheckpointFamily _family;
    private readonly SingleFileOptions _options;
    private readonly Dictionary<string, IReadOnlyDictionary<string, TensorView>> _views = [];
    private readonly Dictionary<string, JsonConfig> _configs = [];

    /// <summary>Opens a file: reads its names and shapes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file does not tell.</param>
    /// <exception cref="PareidoliaException">It is broken, incomplete, or no model; the message says what it is.</exception>
    public SingleFileModel(string path, SingleFileOptions? options = null)
        : base(path)
    {
        _options = options ?? new SingleFileOptions();
        using StoredWeights file = _options.Opens(path);
        _family = CheckpointFamily.Recognise(file);
        foreach (CheckpointPart part in _family.Parts)
            if (part.ToDiffusers(file.Names) is { Count: > 0 } views)
                _views.Add(part.Name, views);
        Unclaimed = FindUnclaimed(file);
        using MappedWeights unet = Mapped("unet", file);
        IsVelocity = InferredScheduler.IsVelocity(file, _family, unet);
        AddConfigs(file, unet);
    }

    /// <summary>Whether a file of weights is a whole model.</summary>
    public static bool IsModel(StoredWeights file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return ForeignFile.IsModel(file);
    }

    /// <summary>What a file of weights is that is no whole model (a LoRA, an autoencoder ...); null where that is not known.</summary>
    public static string? Describe(StoredWeights file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return ForeignFile.Describe(file);
    }

    /// <summary>The family, with what is special about the file: <c>Stable Diffusion 1, inpainting</c>.</summary>
    public string Family => _family.Title + InputChannels switch
    {
        9 => ", inpainting",
        8 => ", instruct-pix2pix",
        _ => "",
    } + (IsVelocity ? ", v-prediction" : "");

    /// <summary>Whether the UNet predicts the velocity, not the noise.</summary>
    public bool IsVelocity { get; }

    /// <summary>Tensors that belong to no network and are not known to be harmless.</summary>
    public IReadOnlyList<string> Unclaimed { get; }

    /// <inheritdoc/>
    public override string ClassName => (_family.Title, InputChannels) switch
    {
        ("Stable Diffusion XL", 9) => "StableDiffusionXLInpaintPipeline",
        ("Stable Diffusion XL", _) => "StableDiffusionXLPipeline",
        ("Stable Diffusion XL refiner", _) => "StableDiffusionXLImg2ImgPipeline",
        (_, 9) => "StableDiffusionInpaintPipeline",
        (_, 8) => "StableDiffusionInstructPix2PixPipeline",
        _ => "StableDiffusionPipeline",
    };

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names =>
    [
        .. _family.Parts.Select(part => part.Name).Where(_views.ContainsKey),
        .. _options.Tokenizer is null ? [] : _family.Parts.Where(IsText).Select(part => part.TokenizerName),
        "scheduler",
    ];

    private int InputChannels => _configs["unet"].Int("in_channels");

    /// <inheritdoc/>
    private protected override ModelComponent Find(string name)
    {
        if (_family.Parts.FirstOrDefault(part => IsText(part) && part.TokenizerName == name) is CheckpointPart encoder)
            return _options.TokenizerOf(Path, encoder);
        if (!_configs.TryGetValue(name, out JsonConfig? config))
            throw new PareidoliaException($"'{Path}' has no {name}; it has {string.Join(", ", Names)}.");
        string className = _family.Parts.FirstOrDefault(part => part.Name == name)?.ClassName ?? config.Text("_class_name")!;
        return new ModelComponent(Path, className, config, _views.TryGetValue(name, out IReadOnlyDictionary<string, TensorView>? views)
            ? () => new MappedWeights(_options.Opens(Path), views)
            : null);
    }

    private static bool IsText(CheckpointPart part) => part.Name.StartsWith("text_encoder", StringComparison.Ordinal);

    private static MappedWeights Mapped(StoredWeights file, IReadOnlyDictionary<string, TensorView> views) => new(file, views, owns: false);

    private MappedWeights Mapped(string part, StoredWeights file) => Mapped(file, _views[part]);

    private void AddConfigs(StoredWeights file, MappedWeights unet)
    {
        bool xl = _family.Parts.Any(part => part.Name == "text_encoder_2"), refines = !_family.Parts.Any(part => part.Name == "text_encoder");
        int side = xl ? 128 : IsVelocity && _family.Title == CheckpointFamily.Sd2.Title ? 96 : 64;
        long? pooled = null;
        foreach (CheckpointPart part in _family.Parts.Where(IsText).Where(part => _views.ContainsKey(part.Name)))
        {
            using MappedWeights text = Mapped(part.Name, file);
            Add(part.Name, new InferredConfig(text).Text(part.ClassName, part.IsOpenClip ? "gelu" : "quick_gelu"));
            pooled = _configs[part.Name].Int("projection_dim");
        }
        Add("unet", new InferredConfig(unet).UNet(side, pooled, refines ? 5 : 6));
        if (_views.ContainsKey("vae"))
        {
            using MappedWeights vae = Mapped("vae", file);
            Add("vae", new InferredConfig(vae).Autoencoder(8 * side, xl ? 0.13025 : 0.18215));
        }
        Add("scheduler", InferredScheduler.Config(_family, IsVelocity, file.Has("ztsnr") || file.Metadata.ContainsKey(InferredScheduler.ZeroTerminalKey)));
    }

    private void Add(string part, JsonObject inferred)
    {
        JsonConfig config = JsonConfig.Parse(inferred.ToJsonString(), Path);
        _configs.Add(part, _options.ConfigOf(part)?.Over(config) ?? config);
    }

    private string[] FindUnclaimed(StoredWeights file)
    {
        HashSet<string> claimed = [.. _views.Values.SelectMany(views => views.Values).SelectMany(view => view.Sources)];
        string[] rest = [.. file.Names.Where(name => !claimed.Contains(name) && !HarmlessKeys.Contains(name) && !IsUnusedLayer(name, claimed))];
        foreach (CheckpointPart part in _family.Parts)
            if (Array.Find(rest, name => name.StartsWith(part.Prefix, StringComparison.Ordinal)) is string lost)
                throw new PareidoliaException($"'{Path}': {SafetensorsHeader.Shown(lost)} belongs to no layer of a {_family.Title} {part.Name}; "
                    + "the file was changed, or is of a variant that is not known here.");
        return rest;
    }

    // SD 2 does not use the last layer of its text encoder.
    private bool IsUnusedLayer(string name, HashSet<string> claimed)
    {
        CheckpointPart encoder = _family.Parts[^1];
        string layers = $"{encoder.Prefix}transformer.resblocks.";
        return encoder is { IsOpenClip: true, Name: "text_encoder" } && name.StartsWith(layers, StringComparison.Ordinal)
            && !claimed.Contains($"{layers}{name[layers.Length..].Split('.')[0]}.ln_1.weight");
    }
}
